from chainrule import nn

model = nn.MLP(2, [3, 1])
xs = [[0.0, 1.0], [1.0, 0.0]]
ys = [1.0, -1.0]

for step in range(20):
    loss = sum((model(x) - y) ** 2 for x, y in zip(xs, ys))
    model.zero_grad()
    loss.backward()
    for p in model.parameters():
        p.data -= 0.05 * p.grad
    if step % 5 == 0:
        print(step, loss.data)
