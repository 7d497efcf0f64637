from chainrule import Value

a = Value(3.0)
b = a + a
c = a * b
d = b * c

d.backward()
print(a.grad)
