"""Can a gradient be trusted? Reverse mode against central differences and against dual numbers."""

import chainrule as cr

a, b = cr.Value(1.5, label="a"), cr.Value(-0.5, label="b")
expression = (a * b).tanh() + a.exp() / (1 + b * b)
print(cr.check_gradients(expression))

net = cr.Network([4, 8, 8, 3], activation="relu", normalisation="batch", seed=1)
report = cr.check_gradients(net, cr.data.iris(), sample=30, regulariser="l2")
print("network:", "passed" if report else "failed")
