"""Networks as files: JSON, with numbers as the bytes of little-endian doubles in base64, so that none is rounded."""

from __future__ import annotations

import base64
import binascii
import json
import sys
from array import array
from pathlib import Path
from typing import Any

from attrs import asdict, evolve

from chainrule.api.network import Network
from chainrule.errors import DataError, ProgramError
from chainrule.network.data import Split, Table

VERSION = 1
_FIELDS = ("activation", "activations", "normalisation", "skips", "initialiser")


def write(network: Network, path: Path) -> None:
    """See ``Network.save``. The file is whole or not there: it is written beside and put in place."""
    plan = network.plan
    if any(each is not None for each in plan.custom):
        raise ProgramError("error.save_custom", where=str(path))
    content = {
        "chainrule": VERSION,
        "plan": {"sizes": list(plan.sizes), **{name: asdict(plan)[name] for name in _FIELDS}},
        "dropout": network.dropout,
        "seed": network.seed,
        "steps": network.steps,
        "parameters": _packed(network.parameters),
        "data": None if network.parts is None else _described(network, network.parts),
    }
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
        beside.replace(path)
    except OSError as trouble:
        beside.unlink(missing_ok=True)
        reason = trouble.strerror or type(trouble).__name__
        raise DataError("error.file_write", where=str(path), file=str(path), reason=reason) from trouble


def load(path: Path | str) -> Network:
    """The network in a file that ``Network.save`` wrote, ready to ``train`` on or, given data once, to predict.

    ``DataError`` names what is missing or does not fit in a file that is something else.
    """
    path = Path(path)
    try:
        content = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise DataError("error.file_missing", where=str(path), file=str(path)) from None
    except (ValueError, OSError) as trouble:
        raise DataError(
            "error.file_not_network", where=str(path), file=path.name, reason=str(trouble)
        ) from None
    try:
        if content["chainrule"] != VERSION:
            raise DataError(
                "error.file_version", where=str(path), file=path.name, found=str(content["chainrule"])
            )
        plan = content["plan"]
        network = Network(
            plan["sizes"],
            plan["activation"],
            seed=content["seed"],
            activations=plan["activations"],
            normalisation=plan["normalisation"],
            dropout=content["dropout"],
            skips=[(source, target) for source, target in plan["skips"]],
            initialiser=plan["initialiser"],
        )
        network.parameters = _unpacked(content["parameters"])
        if content["data"] is not None:
            _restore(network, content["data"])
    except (KeyError, TypeError, ValueError, AttributeError, binascii.Error) as trouble:
        if isinstance(trouble, DataError):
            raise
        raise DataError(
            "error.file_not_network", where=str(path), file=path.name, reason=str(trouble)
        ) from trouble
    return network


def _described(network: Network, parts: Split) -> dict[str, Any]:
    """What predictions need to know of the data that a network has learned from."""
    return {
        "task": parts.table.task,
        "loss": network.plan.loss,
        "features": list(parts.table.features),
        "classes": list(parts.table.classes),
        "input_means": list(parts.input_means),
        "input_deviations": list(parts.input_deviations),
        "target_mean": parts.target_mean,
        "target_deviation": parts.target_deviation,
        "running": {name: _packed(numbers) for name, numbers in network.trainer.running().items()},
    }


def _restore(network: Network, data: dict[str, Any]) -> None:
    """Give a network a split that scales as the one it has learned from did; its two rows are never learned from."""
    regression, width = data["task"] == "regression", len(data["features"])
    table = Table(
        name="saved",
        task=data["task"],
        features=tuple(data["features"]),
        classes=tuple(data["classes"]),
        inputs=array("d", bytes(16 * width)),
        labels=array("i", [0, 0]),
        planar=False,
        extent=0.0,
        values=array("d", [0.0, 0.0] if regression else []),
    )
    parts = Split(
        table=table,
        training=array("i", [0]),
        validation=array("i", [1]),
        inputs=table.inputs,
        targets=table.values,
        target_mean=data["target_mean"],
        target_deviation=data["target_deviation"],
        input_means=tuple(data["input_means"]),
        input_deviations=tuple(data["input_deviations"]),
    )
    network.take(evolve(network.plan, task=data["task"], loss=data["loss"]), parts, {})
    network.trainer.set_running({name: _unpacked(text) for name, text in data["running"].items()})


def _packed(numbers: array[float]) -> str:
    copy = array("d", numbers)
    if sys.byteorder == "big":
        copy.byteswap()
    return base64.b64encode(copy.tobytes()).decode()


def _unpacked(text: Any) -> array[float]:
    found: array[float] = array("d")
    found.frombytes(base64.b64decode(text, validate=True))
    if sys.byteorder == "big":
        found.byteswap()
    return found
