"""A wave is hard for a straight line; with the sine of the input as a feature, it is a line."""

import chainrule as cr

wave = cr.data.sine(n=300, noise=0.05, seed=2)
rich = cr.data.features(wave, "x1", "sin_x1")

for name, data in (("x1, x2", wave), ("x1, sin x1", rich)):
    net = cr.Network([len(data.features), 1], activation="linear", seed=1)
    run = net.train(data, optimiser=cr.optimisers.adam(0.02), schedule="cosine", steps=2000)
    print(f"{name}: validation R² {run.validation_r2:.3f}")
