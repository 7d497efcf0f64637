"""Every optimiser with its default hyperparameters from the same weights, side by side on threads."""

import chainrule as cr

data = cr.data.spirals(n=400, noise=0.05, seed=1)
names = dir(cr.optimisers)
jobs = [
    (cr.Network([2, 24, 24, 1], seed=1), {"data": data, "optimiser": name, "batch": 64, "steps": 3000})
    for name in names
]
for name, run in zip(names, cr.train_all(jobs, threads=2), strict=True):
    print(
        f"{name:9}  training loss {run.training_loss:.4f}  validation accuracy {run.validation_accuracy:.1%}"
    )
