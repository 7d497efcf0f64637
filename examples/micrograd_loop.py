"""A training loop in micrograd's manner, and the same loop with one line more: the graph is built once and compiled."""

import random
import time

import chainrule as cr

data = cr.data.moons(n=60, noise=0.1, seed=1)
points = [(data.inputs[2 * at], data.inputs[2 * at + 1]) for at in range(60)]
wanted = [2 * label - 1 for label in data.labels]


def loss_of(model: cr.nn.MLP) -> cr.Value:
    """Hinge loss over all points, and a little L2."""
    total = cr.Value(0.0)
    for point, target in zip(points, wanted, strict=True):
        total = total + (1 - target * model(point)).relu()
    return total * (1 / len(points)) + 1e-4 * sum(p * p for p in model.parameters())


def step(model: cr.nn.MLP) -> None:
    for parameter in model.parameters():
        parameter.data -= 0.3 * parameter.grad


random.seed(1)
eager = cr.nn.MLP(2, [8, 8, 1])
start = time.perf_counter()
for _ in range(10):
    loss = loss_of(eager)
    eager.zero_grad()
    loss.backward()
    step(eager)
eager_seconds = (time.perf_counter() - start) / 10

random.seed(1)
model = cr.nn.MLP(2, [8, 8, 1])
program = cr.compile(loss_of(model), model.parameters())  # the line
same = False
start = time.perf_counter()
for at in range(500):
    program.forward()
    model.zero_grad()
    program.backward()
    step(model)
    if at == 9:
        pairs = zip(model.parameters(), eager.parameters(), strict=True)
        same = all(ours.data == theirs.data for ours, theirs in pairs)
seconds = (time.perf_counter() - start) / 500

right = sum((model(point).data > 0) == (target > 0) for point, target in zip(points, wanted, strict=True))
print(f"the same weights after ten steps, to the last bit: {same}")
print(f"loss {program.data:.4f}, {right} of {len(points)} points right")
print(f"a step: eager {eager_seconds * 1e3:.1f} ms, compiled {seconds * 1e3:.2f} ms")
