"""The same mathematics in PyTorch, written with its own functions: expressions, networks, optimisers, schedules."""

import math

import pytest
from expressions import recipe
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.machine.cells import cells_bytes
from chainrule.machine.compiled import Compiled
from chainrule.machine.native import NativeInstance, NativeMachine
from chainrule.network import Plan, Trainer
from chainrule.network.data import load, split
from chainrule.network.plan import NORMALISATIONS, layer_spans
from chainrule.rules import CLIPPINGS, LOSSES, OPTIMISERS, REGULARISERS, RULES, SCHEDULES

torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install chainrule[peers]")
F = torch.nn.functional
DOUBLE = {"dtype": torch.float64}


def _hinge(p, t):
    return torch.clamp(1 - t * p, min=0)


OPERATIONS = {
    "add": torch.add,
    "sub": torch.sub,
    "mul": torch.mul,
    "div": torch.div,
    "neg": torch.neg,
    "power": lambda x, n: x**n,
    "pow": torch.pow,
    "exp": torch.exp,
    "log": torch.log,
    "sqrt": torch.sqrt,
    "sin": torch.sin,
    "cos": torch.cos,
    "abs": torch.abs,
    "max": torch.maximum,
    "min": torch.minimum,
    "clip": lambda x, low, high: torch.clamp(x, low, high),
    "linear": torch.clone,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "relu": F.relu,
    "leaky_relu": lambda x, slope=0.01: F.leaky_relu(x, slope),
    "elu": lambda x, alpha=1.0: F.elu(x, alpha),
    "gelu": lambda x: F.gelu(x, approximate="tanh"),
    "silu": F.silu,
    "softplus": lambda x: F.softplus(x, threshold=1e9),
    "mse": lambda p, t: F.mse_loss(p, t, reduction="none"),
    "huber": lambda p, t, delta=1.0: F.huber_loss(p, t, reduction="none", delta=delta),
    "l1": lambda p, t: F.l1_loss(p, t, reduction="none"),
    "hinge": _hinge,
    "binary_cross_entropy": lambda p, t: F.softplus(-t * p, threshold=1e9),
    "cross_entropy": lambda p, t: -t * p,
    "l1_penalty": lambda w, strength: strength * w.abs(),
    "l2_penalty": lambda w, strength: strength * 0.5 * w.square(),
    "elastic_penalty": lambda w, strength, l1_ratio: (
        strength * (l1_ratio * w.abs() + (1 - l1_ratio) * 0.5 * w.square())
    ),
}


# PyTorch's own loss, whose targets are 0 and 1 where ours are -1 and 1.
LOSSES_OF_NETWORKS = OPERATIONS | {
    "binary_cross_entropy": lambda p, t: F.binary_cross_entropy_with_logits(p, (t + 1) / 2, reduction="none")
}


def close(found, wanted, tolerance):
    """Within the tolerance, relative where a number is larger than 1."""
    assert list(found) == pytest.approx(list(wanted), rel=tolerance, abs=tolerance)


def test_every_rule_is_compared():
    assert set(OPERATIONS) == set(RULES)


@given(st.integers(0, 2**40), st.integers(1, 60))
@settings(max_examples=200, deadline=None)
def test_random_expressions_have_pytorchs_values_and_gradients(seed, depth):
    made = recipe(seed, depth)
    values = made.values()
    tensors = [torch.tensor(number, requires_grad=True, **DOUBLE) for number in made.leaves]
    for step in made.steps:
        tensors.append(OPERATIONS[step.name](*(tensors[at] for at in step.operands), **step.constants))
        tensors[-1].retain_grad()
    # Every number counts, so that every gradient is there.
    total, exact = values[0] * 0.0, tensors[0] * 0.0
    for value, tensor in zip(values, tensors, strict=True):
        total, exact = total + value * 0.01, exact + tensor * 0.01
    total.backward()
    exact.backward()
    close([value.data for value in values], [tensor.item() for tensor in tensors], 1e-10)
    # A long chain of steep slopes multiplies them; what is compared are digits.
    wanted = [tensor.grad.item() for tensor in tensors]
    close([value.grad for value in values], wanted, 1e-9)
    program = Compiled(NativeInstance(cells_bytes()), total)
    assert program.data == pytest.approx(exact.item(), rel=1e-10, abs=1e-10)
    close([program.gradient(value) for value in values], wanted, 1e-9)


class Twin:
    """The network of a plan in PyTorch, with the trainer's numbers."""

    def __init__(self, trainer):
        self.trainer, self.plan = trainer, trainer.plan
        self.layers = layer_spans(self.plan)
        self.p = torch.tensor(list(trainer.parameters()), requires_grad=True, **DOUBLE)
        self.running = {
            index: (torch.zeros(layer.outputs, **DOUBLE), torch.ones(layer.outputs, **DOUBLE))
            for index, layer in enumerate(self.layers, 1)
        }

    def outputs(self, x, masks, *, training=True):
        columns = [x]
        for index, layer in enumerate(self.layers, 1):
            weights = self.p[layer.weights : layer.biases].reshape(layer.outputs, layer.inputs)
            z = F.linear(columns[-1], weights, self.p[layer.biases : layer.biases + layer.outputs])
            if layer.normalised:
                scale = self.p[layer.scales : layer.scales + layer.outputs]
                shift = self.p[layer.shifts : layer.shifts + layer.outputs]
                if layer.normalisation == "batch":
                    z = F.batch_norm(z, *self.running[index], scale, shift, training, momentum=0.1, eps=1e-5)
                else:
                    z = F.layer_norm(z, (layer.outputs,), scale, shift, eps=1e-5)
            for source, target in self.plan.skips:
                if target == index:
                    extra, width = columns[source], min(columns[source].shape[1], layer.outputs)
                    z = z + F.pad(extra[:, :width], (0, layer.outputs - width))
            z = (
                torch.log_softmax(z, 1)
                if layer.activation == "log_softmax"
                else OPERATIONS[layer.activation](z)
            )
            if training and index in masks:
                z = z * masks[index]
            columns.append(z)
        return columns[-1]

    def objective(self, x, targets, masks, hyper):
        losses = LOSSES_OF_NETWORKS[LOSSES[self.plan.loss].rule.name](self.outputs(x, masks), targets).sum(1)
        rule = REGULARISERS[self.plan.regulariser].rule
        if rule is None:
            return losses.mean(), torch.zeros((), **DOUBLE)
        weights = torch.cat([self.p[layer.weights : layer.biases] for layer in self.layers])
        spec = REGULARISERS[self.plan.regulariser].hyper
        constants = {name: hyper.get(name, each.default) for name, each in spec.items()}
        return losses.mean(), OPERATIONS[rule.name](weights, **constants).sum()


def batch_of(trainer):
    batch = trainer.unrolled_batch()
    masks = {index: torch.tensor(mask, **DOUBLE) for index, mask in batch.masks.items()}
    return torch.tensor(batch.inputs, **DOUBLE), torch.tensor(batch.targets, **DOUBLE), masks


def trainer_of(plan, data, share=0.6, **hyper):
    return Trainer(NativeMachine(), plan, split(load(data, 40, 0.1, 1), share, 1), 1, hyper)


@st.composite
def plans(draw):
    data, inputs, outputs, task = draw(
        st.sampled_from(
            [("moons", 2, 1, "binary"), ("iris", 4, 3, "multiclass"), ("hills", 2, 1, "regression")]
        )
    )
    hidden = draw(st.lists(st.integers(1, 6), min_size=1, max_size=4))
    last = len(hidden) + 1
    pairs = [(a, b) for a in range(last - 1) for b in range(a + 2, last + 1)]
    activations = [name for name, rule in RULES.items() if rule.kind == "activation"]
    plan = Plan(
        (inputs, *hidden, outputs),
        "tanh",
        draw(st.sampled_from([name for name, loss in LOSSES.items() if task in loss.tasks])),
        "sgd",
        draw(st.integers(3, 24)),
        task=task,
        activations=tuple(draw(st.sampled_from(activations)) for _ in hidden),
        normalisation=draw(st.sampled_from(NORMALISATIONS)),
        dropout=draw(st.booleans()),
        skips=tuple(draw(st.lists(st.sampled_from(pairs), unique=True, max_size=3))) if pairs else (),
        initialiser=draw(st.sampled_from(["auto", "xavier_normal", "he_uniform", "normal"])),
        regulariser=draw(st.sampled_from(list(REGULARISERS))),
    )
    return data, plan


@given(plans(), st.integers(0, 3))
@settings(max_examples=150, deadline=None)
def test_random_networks_have_pytorchs_loss_and_gradients(pair, steps):
    data, plan = pair
    trainer = trainer_of(plan, data, learning_rate=0.05, dropout_rate=0.3, strength=0.02)
    trainer.advance(steps)
    twin = Twin(trainer)
    loss, penalty = twin.objective(*batch_of(trainer), {"strength": 0.02})
    (loss + penalty).backward()
    assert trainer.batch_loss == pytest.approx(loss.item(), rel=1e-10, abs=1e-10)
    assert trainer.penalty == pytest.approx(penalty.item(), rel=1e-10, abs=1e-10)
    close(trainer.gradients(), twin.p.grad.tolist(), 1e-9)


@pytest.mark.parametrize("data", ["moons", "iris"])
def test_running_statistics_and_inference_are_pytorchs(data):
    sizes, loss = ((2, 6, 5, 1), "mse") if data == "moons" else ((4, 6, 5, 3), "cross_entropy")
    plan = Plan(sizes, "tanh", loss, "sgd", 10, normalisation="batch")
    trainer = trainer_of(plan, data, learning_rate=0.05)
    running = None
    for _ in range(25):
        twin = Twin(trainer)
        if running is not None:
            twin.running = running
        x, targets, masks = batch_of(trainer)
        twin.objective(x, targets, masks, {})  # moves the running statistics
        running = twin.running
        trainer.advance(1)
    twin = Twin(trainer)
    twin.running = running
    parts = split(load(data, 40, 0.1, 1), 0.6, 1)
    x = torch.tensor(list(parts.inputs), **DOUBLE).reshape(-1, sizes[0])
    wanted = twin.outputs(x, {}, training=False)
    wanted = wanted.exp() if loss == "cross_entropy" else wanted
    close(trainer.predict(parts.inputs), wanted.flatten().tolist(), 1e-10)
    for index in (1, 2):
        close(trainer.running()[f"running.mean.{index}"], running[index][0].tolist(), 1e-10)
        close(trainer.running()[f"running.variance.{index}"], running[index][1].tolist(), 1e-10)


def hyper_of(table, name):
    return {key: spec.default for key, spec in table[name].hyper.items()}


def torch_optimiser(name, p, h):
    rate = h["learning_rate"]
    return {
        "sgd": lambda: torch.optim.SGD([p], rate),
        "momentum": lambda: torch.optim.SGD([p], rate, momentum=h["momentum"]),
        "nesterov": lambda: torch.optim.SGD([p], rate, momentum=h["momentum"], nesterov=True),
        "adagrad": lambda: torch.optim.Adagrad([p], rate),
        "rmsprop": lambda: torch.optim.RMSprop([p], rate, alpha=h["rho"]),
        "adam": lambda: torch.optim.Adam([p], rate, betas=(h["beta1"], h["beta2"])),
        "adamw": lambda: torch.optim.AdamW(
            [p], rate, betas=(h["beta1"], h["beta2"]), weight_decay=h["weight_decay"]
        ),
    }[name]()


@pytest.mark.parametrize("name", OPTIMISERS)
@pytest.mark.parametrize("data", ["xor", "spirals"])
def test_two_hundred_steps_of_every_optimiser_follow_pytorchs(name, data):
    # Problems on which training with the default rates is stable: where it is not, any two engines drift apart, as
    # their last digits grow from step to step.
    plan = Plan((2, 8, 1), "tanh", "mse", name, 24)
    hyper = hyper_of(OPTIMISERS, name)
    trainer = trainer_of(plan, data, **hyper)
    twin = Twin(trainer)
    x, targets, masks = batch_of(trainer)
    optimiser = torch_optimiser(name, twin.p, hyper)
    for _ in range(200):
        optimiser.zero_grad()
        twin.objective(x, targets, masks, {})[0].backward()
        optimiser.step()
        trainer.advance(1)
        close(trainer.parameters(), twin.p.tolist(), 1e-8)


@pytest.mark.parametrize("name", [name for name in SCHEDULES if name != "constant"])
def test_schedules_give_pytorchs_learning_rates(name):
    given = {"step": {"drop_every": 30.0, "drop_factor": 0.4}, "exponential": {"decay_rate": 0.98}}
    given |= {"cosine": {"decay_steps": 80.0, "final_share": 0.1}, "warmup": {"warmup_steps": 50.0}}
    hyper = given[name]
    trainer = trainer_of(
        Plan((2, 3, 1), "tanh", "mse", "sgd", 24, schedule=name), "moons", learning_rate=0.2, **hyper
    )
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], 0.2)
    schedulers = torch.optim.lr_scheduler
    schedule = {
        "step": lambda: schedulers.StepLR(optimiser, 30, 0.4),
        "exponential": lambda: schedulers.ExponentialLR(optimiser, 0.98),
        "cosine": lambda: schedulers.CosineAnnealingLR(optimiser, 80, 0.02),
        "warmup": lambda: schedulers.LinearLR(optimiser, 1 / 50, 1.0, 49),
    }[name]()
    for _ in range(80):  # PyTorch's cosine rises again after its period, ours stays
        assert trainer.rate == pytest.approx(optimiser.param_groups[0]["lr"], rel=1e-9, abs=1e-12)
        optimiser.step()
        schedule.step()
        trainer.advance(1)


@pytest.mark.parametrize("name", [name for name in CLIPPINGS if name != "none"])
def test_clipping_is_pytorchs(name):
    plan = Plan((2, 5, 1), "tanh", "mse", "sgd", 24, clipping=name, initialiser="too_large")
    hyper = {"learning_rate": 0.3, "clip_norm": 0.3, "clip_value": 0.05}
    trainer = trainer_of(plan, "moons", **hyper)
    twin = Twin(trainer)
    x, targets, masks = batch_of(trainer)
    optimiser = torch.optim.SGD([twin.p], 0.3)
    for _ in range(50):
        optimiser.zero_grad()
        twin.objective(x, targets, masks, {})[0].backward()
        if name == "norm":
            torch.nn.utils.clip_grad_norm_([twin.p], 0.3)
        else:
            torch.nn.utils.clip_grad_value_([twin.p], 0.05)
        optimiser.step()
        trainer.advance(1)
        # PyTorch adds 1e-6 to the norm that it divides by.
        close(trainer.parameters(), twin.p.tolist(), 1e-8 if name == "value" else 3e-5)
    assert math.isfinite(trainer.batch_loss)
