"""The forward pass of a network over a set of examples, layer by layer."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from chainrule.network.plan import LayerSpans, Plan
from chainrule.program import Builder, Operand, Span, padded
from chainrule.program.layers import add, drop_out, normalise, normalise_by
from chainrule.rules import RULES


@frozen
class Region:
    """One forward pass over a set of columns. Per layer: the weighted sums, what normalisation and skip connections
    make of them, what the activation makes of those, and what is handed on after dropout (the same operand where a
    layer does not have the thing). ``shown`` are the inputs and outputs as a person sees them: the last layer of a
    classifier shows probabilities."""

    inputs: Operand
    target: Span
    weights: Span
    sums: tuple[Operand, ...]
    normals: tuple[Operand, ...]
    outputs: tuple[Operand, ...]
    shown: tuple[Span, ...]


@frozen
class Pass:
    """Emits forward passes. Spans are shared by passes of the same ``name``. ``training``: adjoints are kept, batch
    normalisation goes by the batch and dropout drops; else by running statistics, and all is kept."""

    builder: Builder
    plan: Plan
    layers: tuple[LayerSpans, ...]
    parameters: Operand
    constants: Mapping[str, tuple[Span, ...]]
    name: str
    section: str
    training: bool

    def run(self, inputs: Operand, target: Span, weights: Span) -> Region:
        """Emit one section a layer."""
        sums: list[Operand] = []
        normals: list[Operand] = []
        outputs: list[Operand] = [inputs]
        shown = [inputs.value]
        for index, layer in enumerate(self.layers, 1):
            with self.builder.section(self.section, index):
                z = self._matrix("sums", index, layer.outputs, inputs.columns)
                if layer.custom is not None:
                    name = f"{self.name}.custom.{index}"
                    layer.custom.emit(self.builder, outputs[-1], self.parameters, layer.weights, z, name)
                else:
                    self.builder.dense(layer.weights, layer.biases, self.parameters, outputs[-1], z)
                n = self._normalised(index, layer, z, weights)
                for source, end in self.plan.skips:
                    if end == index:
                        add(self.builder, outputs[source], n)
                last, picture = self._bent(index, layer, n)
                if self.plan.dropout and self.training and index < len(self.layers):
                    kept = self._matrix("kept", index, layer.outputs, inputs.columns)
                    spans = self.builder.spans
                    rate = spans["hyper.dropout_rate"]
                    drop_out(
                        self.builder, last, kept, spans["dropout.key"], rate, index, f"{self.name}.{index}"
                    )
                    last, picture = kept, kept.value
            sums.append(z)
            normals.append(n)
            outputs.append(last)
            shown.append(picture)
        return Region(inputs, target, weights, tuple(sums), tuple(normals), tuple(outputs[1:]), tuple(shown))

    def _matrix(self, label: str, index: int, rows: int, columns: int) -> Operand:
        return self.builder.operand_once(f"{self.name}.{label}.{index}", rows, columns, adjoint=self.training)

    def _normalised(self, index: int, layer: LayerSpans, z: Operand, weights: Span) -> Operand:
        if not layer.normalised:
            return z
        n = self._matrix("normals", index, z.rows, z.columns)
        name, spans = f"{self.name}.{index}", self.builder.spans
        if layer.normalisation == "batch" and not self.training:
            mean, variance = spans[f"running.mean.{index}"], spans[f"running.variance.{index}"]
            normalise_by(
                self.builder, z, n, self.parameters, layer.scales, layer.shifts, mean, variance, name
            )
        else:
            normalise(
                self.builder,
                layer.normalisation,
                z,
                n,
                self.parameters,
                layer.scales,
                layer.shifts,
                weights,
                name,
            )
        return n

    def _bent(self, index: int, layer: LayerSpans, n: Operand) -> tuple[Operand, Span]:
        """What the activation makes of ``n``, and how it is shown."""
        if layer.activation == "log_softmax":
            return self._log_softmax(index, n)
        if layer.activation == "linear":
            return n, n.value
        a = self._matrix("outputs", index, layer.outputs, n.columns)
        rule = RULES[layer.activation]
        self.builder.apply(rule, n, into=a, scalars=self.constants.get(rule.name, ()))
        return a, a.value

    def _log_softmax(self, index: int, z: Operand) -> tuple[Operand, Span]:
        """ln of the softmax of each column, and the softmax itself. Less the column's largest number, so that exp
        cannot overflow; shifting all by the same number changes neither result nor gradient."""
        builder, columns = self.builder, z.columns
        peak = builder.operand_once(f"{self.name}.peak.{index}", 1, columns)
        builder.emit(
            "column_max",
            rows=z.rows,
            columns=padded(columns),
            out=peak.value.offset,
            inputs=z.value.offset,
            input_stride=z.value.stride,
        )
        shifted = builder.apply(RULES["sub"], z, peak, into=self._matrix("shifted", index, z.rows, columns))
        exponentials = builder.apply(
            RULES["exp"], shifted, into=self._matrix("exponentials", index, z.rows, columns)
        )
        total = builder.column_sum(exponentials, self._matrix("total", index, 1, columns))
        logarithm = builder.apply(RULES["log"], total, into=self._matrix("logarithm", index, 1, columns))
        outputs = self._matrix("outputs", index, z.rows, columns)
        result = builder.apply(RULES["sub"], shifted, logarithm, into=outputs)
        shown = builder.operand_once(f"{self.name}.probabilities.{index}", z.rows, columns).value
        builder.element_wise(RULES["exp"].kernel, [result.value], [shown])
        return result, shown
