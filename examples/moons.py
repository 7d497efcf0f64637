"""Train a network on two moons, look at its gradients, keep it in a file, and ask it again."""

import tempfile
from pathlib import Path

import chainrule as cr

data = cr.data.moons(n=500, noise=0.1, seed=1)
net = cr.Network([2, 16, 16, 1], activation="tanh", seed=1)
run = net.train(data, loss="mse", optimiser=cr.optimisers.adam(0.01), batch=100, steps=1000)
print(run)
print(f"largest gradient left: {max(map(abs, net.gradients)):.2e}")

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "moons.json"
    net.save(path)
    again = cr.load(path)

questions = [[-1.0, 1.0], [1.0, -1.0]]
print(net.classify(questions), net.predict(questions) == again.predict(questions))
