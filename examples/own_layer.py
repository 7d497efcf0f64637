"""A layer in plain Python: radial units, each the closeness of its inputs to a centre that is learned."""

import chainrule as cr

UNITS = 6


def radial(x, w):
    """``UNITS`` Gaussian bumps; of each the parameters are its centre and its width."""
    size = len(x) + 1
    found = []
    for unit in range(UNITS):
        *centre, width = w[size * unit : size * (unit + 1)]
        distance = sum((a - b) ** 2 for a, b in zip(x, centre, strict=True))
        found.append((-distance * width * width).exp())
    return found


data = cr.data.circles(n=300, noise=0.1, seed=1)
bumps = cr.layer(radial, outputs=UNITS, parameters=3 * UNITS)
net = cr.Network([2, bumps, 1], seed=1)
net.prepare(data)
print(cr.check_gradients(net, sample=None).passed)
print(net.train(data, optimiser=cr.optimisers.adam(0.03), steps=1500))
