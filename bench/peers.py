"""The same training step in NumPy, PyTorch and JAX, from the same weights on the same data, in double precision.

A step is forward, mean squared error (softmax cross-entropy of ten outputs), backward and an SGD update on one full
batch. Every contestant has ``advance(steps)`` and ``loss()``.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import networks
import numpy as np

Contestant = tuple[Callable[[int], object], Callable[[], float]]


def _numbers(sizes: tuple[int, ...], batch: int) -> tuple[Any, Any, list[Any], list[Any]]:
    table = networks.examples(sizes, batch + 1)
    x = np.array(table.inputs).reshape(batch + 1, sizes[0])[:batch]
    labels = np.array(table.labels)[:batch]
    target = np.where(labels, 1.0, -1.0)[:, None] if sizes[-1] == 1 else np.eye(sizes[-1])[labels]
    flat = np.array(networks.trainer(sizes, batch).parameters())
    weights, biases, at = [], [], 0
    for a, b in pairwise(sizes):
        weights.append(flat[at : at + a * b].reshape(b, a).T.copy())
        biases.append(flat[at + a * b : at + a * b + b].copy())
        at += a * b + b
    return x, target, weights, biases


def numpy_step(sizes: tuple[int, ...], batch: int) -> Contestant:
    """As a person would write it by hand, arrays allocated as they come."""
    x, target, weights, biases = _numbers(sizes, batch)
    single = sizes[-1] == 1

    def forward() -> list[Any]:
        outputs = [x]
        for at, (w, b) in enumerate(zip(weights, biases, strict=True)):
            z = outputs[-1] @ w + b
            outputs.append(z if at == len(weights) - 1 and not single else np.tanh(z))
        return outputs

    def advance(steps: int) -> None:
        for _ in range(steps):
            outputs = forward()
            y = outputs[-1]
            if single:
                delta = 2 * (y - target) / batch * (1 - y * y)
            else:
                e = np.exp(y - y.max(axis=1, keepdims=True))
                delta = (e / e.sum(axis=1, keepdims=True) - target) / batch
            for at in range(len(weights) - 1, -1, -1):
                gradient, bias = outputs[at].T @ delta, delta.sum(axis=0)
                if at:
                    delta = (delta @ weights[at].T) * (1 - outputs[at] * outputs[at])
                weights[at] -= networks.RATE * gradient
                biases[at] -= networks.RATE * bias

    def loss() -> float:
        y = forward()[-1]
        if single:
            return float(((y - target) ** 2).mean())
        shifted = y - y.max(axis=1, keepdims=True)
        return float(
            -(target * (shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))).sum(axis=1).mean()
        )

    return advance, loss


def torch_step(sizes: tuple[int, ...], batch: int) -> Contestant | None:
    """Eager, with autograd and torch.optim; None where PyTorch is absent."""
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(1)
    x, target, weights, biases = _numbers(sizes, batch)
    layers: list[Any] = []
    for at, (w, b) in enumerate(zip(weights, biases, strict=True)):
        linear = torch.nn.Linear(*w.shape, dtype=torch.float64)
        with torch.no_grad():
            linear.weight.copy_(torch.tensor(w.T))
            linear.bias.copy_(torch.tensor(b))
        layers.append(linear)
        if at < len(weights) - 1 or sizes[-1] == 1:
            layers.append(torch.nn.Tanh())
    model = torch.nn.Sequential(*layers)
    inputs, wanted = torch.tensor(x), torch.tensor(target)
    optimiser = torch.optim.SGD(model.parameters(), networks.RATE)
    criterion = torch.nn.MSELoss() if sizes[-1] == 1 else torch.nn.CrossEntropyLoss()

    def advance(steps: int) -> None:
        for _ in range(steps):
            optimiser.zero_grad()
            criterion(model(inputs), wanted).backward()
            optimiser.step()

    return advance, lambda: criterion(model(inputs), wanted).item()


def jax_step(sizes: tuple[int, ...], batch: int) -> Contestant | None:
    """One compiled function a step, called from Python; None where JAX is absent."""
    try:
        import jax
    except ImportError:
        return None
    jax.config.update("jax_enable_x64", True)
    jnp = jax.numpy
    x, target, weights, biases = _numbers(sizes, batch)
    state = [(jnp.array(w), jnp.array(b)) for w, b in zip(weights, biases, strict=True)]
    inputs, wanted = jnp.array(x), jnp.array(target)

    def objective(layers: Any) -> Any:
        y = inputs
        for at, (w, b) in enumerate(layers):
            z = y @ w + b
            y = z if at == len(layers) - 1 and sizes[-1] > 1 else jnp.tanh(z)
        if sizes[-1] == 1:
            return ((y - wanted) ** 2).mean()
        return -(wanted * jax.nn.log_softmax(y, axis=1)).sum(axis=1).mean()

    @jax.jit
    def step(layers: Any) -> Any:
        gradients = jax.grad(objective)(layers)
        return jax.tree.map(lambda p, g: p - networks.RATE * g, layers, gradients)

    def advance(steps: int) -> None:
        nonlocal state
        for _ in range(steps):
            state = step(state)
        jax.block_until_ready(state)

    return advance, lambda: float(objective(state))
