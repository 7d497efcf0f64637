"""Why a number in the graph of code is what it is: how it was computed, and the terms and paths of its gradient.

The chain rule for a value x that several others read, child by child (sum over consumers):
dL/dx = sum over children c of dL/dc times dc/dx.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import nlargest
from math import nan

from chainrule.graph import Value
from chainrule.rules.local import local_latex
from chainrule.rules.sums import total
from chainrule.rules.table import RESULT
from chainrule.script.outcome import Past
from chainrule.session.events import Moment
from chainrule.session.explanations import Contribution, Inspection, Path, PathStep, Term
from chainrule.session.ledger import ALL_TERMS, MOST_PATHS, Ledger, Sum, summed
from chainrule.session.sketch import Sketch

_LONG = 14  # letters of a name that is told by its end in formulas
MOST_EDGES = 20_000  # of the part of the graph between a node and the result, for paths to be looked for
MOST_STEPS = 200  # of a path: a longer one cannot be followed by anybody

Link = tuple[int, int, "Link | None"]
Way = tuple[float, int, Link | None]


class Reasons:
    """Explains the marks of ``sketch`` as it stands at ``moment``."""

    def __init__(self, sketch: Sketch, moment: Moment) -> None:
        self._sketch, self._moment = sketch, moment
        self._order: Sequence[Value] = sketch.graph.order
        self._last = sketch.nodes - 1

    def explain(self, target: str) -> Inspection | None:
        """What is known of the mark ``target``; None where there is no such mark."""
        if target.startswith("a:"):
            name, _, place = target[2:].rpartition(":")
            node = self._sketch.index.get(f"v:{name}")
            if node is None or not place.isdecimal() or int(place) >= len(self._sketch.graph.parents[node]):
                return None
            return self._operand(target, node, int(place))
        found = self._sketch.index.get(target)
        return None if found is None else self._node(target, found)

    def _node(self, target: str, node: int) -> Inspection:
        sketch = self._sketch
        current = sketch.complete(node, self._moment)
        adjoint = sketch.pull.adjoints[node] if current else sketch.adjoints(self._moment)[node]
        if node == self._last:
            kind, found, ledger = "result", Sum((), 0, 0.0), Ledger((), 0.0, 0.0)
            backward = rf"{self._slope(node)} = 1"
        else:
            kind = "operation" if sketch.outcome.rules[node] else "leaf"
            arrived = [each for each in self._readers(node) if sketch.arrived(each[0], self._moment)]
            found = summed([self._term(child, place) for child, place in arrived], ALL_TERMS)
            ledger = self._paths(node, adjoint) if current else Ledger((), 0.0, 0.0)
            backward = self._chain(node)
        return _inspection(
            target=target,
            kind=kind,
            value=self._order[node].data,
            gradient=adjoint,
            value_current=sketch.stage[node] <= self._moment.values_to,
            gradient_current=current,
            forward=self._forward(node),
            backward=backward,
            terms=found,
            ledger=ledger,
            state="large" if ledger.count < 0 else "shown",
            kept=sketch.outcome.grads[node],
            written=sketch.written(node),
            past=sketch.past.get(node),
        )

    def _operand(self, target: str, node: int, place: int) -> Inspection:
        """An edge: the local derivative of ``node`` by one of its operands, and what flows along it."""
        sketch = self._sketch
        edge = sketch.graph.first_edge[node] + place
        term = self._term(node, place)
        source = sketch.graph.parents[node][place]
        slope = rf"\frac{{\partial {self._tex(node)}}}{{\partial {self._tex(source)}}}"
        return _inspection(
            target=target,
            kind="operand",
            value=sketch.pull.locals[edge],
            gradient=sketch.pull.carried[edge],
            value_current=sketch.stage[node] <= self._moment.values_to,
            gradient_current=sketch.stage[node] >= self._moment.gradients_from,
            forward=f"{slope} = {self._local(node)[place]}",
            backward=rf"{self._slope(node)} \cdot {slope}",
            factors=term.factors,
        )

    def _forward(self, node: int) -> str:
        """How a value is computed, in names and in numbers."""
        value = self._order[node]
        name = self._tex(node)
        rule = value.rule
        if rule is None:
            return f"{name} = {_number(value.data)}" if self._named(node) else name
        constants = {key: _number(each) for key, each in zip(rule.constants, value.constants, strict=True)}
        operands = self._sketch.graph.parents[node]
        symbols = rule.latex(*(self._tex(each) for each in operands), **constants)
        numbers = rule.latex(*(_wrapped(self._order[each].data) for each in operands), **constants)
        numbers = numbers.replace(r" \, ", r" \cdot ")
        return rf"{name} = {symbols}, \quad {name} = {numbers} = {_number(value.data)}"

    def _chain(self, node: int) -> str:
        readers = self._readers(node)
        if not readers:
            return rf"{self._slope(node)} = 0"
        products = [
            rf"{self._slope(child)}\,\frac{{\partial {self._tex(child)}}}{{\partial {self._tex(node)}}}"
            for child, _ in readers[:3]
        ]
        more = r" + \cdots" if len(readers) > 3 else ""
        return f"{self._slope(node)} = {' + '.join(products)}{more}"

    def _term(self, child: int, place: int) -> Contribution:
        sketch = self._sketch
        edge = sketch.graph.first_edge[child] + place
        upstream = Term(latex=self._inline(child), value=sketch.pull.adjoints[child])
        local = Term(latex=self._local(child)[place], value=sketch.pull.locals[edge])
        return Contribution(
            target=f"a:{sketch.names[child][2:]}:{place}",
            latex=rf"{upstream.latex}\,{local.latex}",
            factors=(upstream, local),
            value=sketch.pull.carried[edge],
        )

    def _local(self, node: int) -> tuple[str, ...]:
        """The local derivatives of an operation, written with the names of its operands."""
        value = self._order[node]
        assert value.rule is not None
        operands = self._sketch.graph.parents[node]
        rule = value.rule
        places = (*rule.inputs, *rule.constants)
        numbers = [*(self._order[each].data for each in operands), *value.constants]
        words = [*(self._tex(each) for each in operands), *map(_number, value.constants)]
        return local_latex(
            rule,
            {**dict(zip(places, words, strict=True)), RESULT: self._tex(node)},
            {**dict(zip(places, numbers, strict=True)), RESULT: value.data},
        )

    def _readers(self, node: int) -> list[tuple[int, int]]:
        """Who reads ``node``, and as which operand."""
        parents = self._sketch.graph.parents
        return [
            (child, place)
            for child in range(node + 1, self._last + 1)
            if node in parents[child]
            for place, each in enumerate(parents[child])
            if each == node
        ]

    def _paths(self, node: int, gradient: float) -> Ledger:
        """The largest paths from the result to ``node``; those to a node come from the largest to its readers. The
        count is -1 where there is too much between them to look for any."""
        sketch = self._sketch
        parents = sketch.graph.parents
        between = {node}
        edges: list[tuple[int, int]] = []
        for child in range(node + 1, self._last + 1):
            inner = [place for place, each in enumerate(parents[child]) if each in between]
            if inner:
                between.add(child)
                edges += [(child, place) for place in inner]
        if self._last not in between:
            return Ledger((), 0.0, 0.0)
        if len(edges) > MOST_EDGES:
            return Ledger((), -1.0, gradient)
        start = Path(
            steps=(
                PathStep(target=sketch.names[-1], latex=self._inline(self._last), factor=1.0, product=1.0),
            ),
            value=1.0,
        )
        # A way is its product, its length and its last line, linked to the one before: ways share their beginnings.
        ways: dict[int, list[Way]] = {self._last: [(1.0, 0, None)]}
        counts: dict[int, float] = {self._last: 1.0}
        arriving: dict[int, list[Way]] = {}
        for child, place in reversed(edges):
            if child not in ways:
                if child not in arriving:
                    continue  # nothing leads from it to the result
                ways[child] = nlargest(MOST_PATHS, arriving.pop(child), key=lambda each: abs(each[0]))
            slope = sketch.pull.locals[sketch.graph.first_edge[child] + place]
            source = parents[child][place]
            arriving.setdefault(source, []).extend(
                (product * slope, length + 1, (child, place, link)) for product, length, link in ways[child]
            )
            counts[source] = counts.get(source, 0.0) + counts[child]
        found = nlargest(MOST_PATHS, arriving.get(node, []), key=lambda each: abs(each[0]))
        if any(length > MOST_STEPS for _, length, _ in found):
            return Ledger((), -1.0, gradient)
        paths = tuple(self._path(start, link) for _, _, link in found)
        return Ledger(paths, counts.get(node, 0.0), total([gradient, *(-each.value for each in paths)]))

    def _path(self, start: Path, link: Link | None) -> Path:
        steps, product = list(start.steps), 1.0
        way = []
        while link is not None:
            child, place, link = link
            way.append((child, place))
        for child, place in reversed(way):
            slope = self._sketch.pull.locals[self._sketch.graph.first_edge[child] + place]
            product *= slope
            name = f"a:{self._sketch.names[child][2:]}:{place}"
            source = self._sketch.graph.parents[child][place]
            latex = rf"\partial {self._tex(child)}/\partial {self._tex(source)}"
            steps.append(PathStep(target=name, latex=latex, factor=slope, product=product))
        return Path(steps=tuple(steps), value=product)

    def _slope(self, node: int) -> str:
        """The derivative of the result along all ways; a local derivative, along one line, has a curled ∂."""
        return rf"\frac{{\mathrm{{d}} {self._tex(self._last)}}}{{\mathrm{{d}} {self._tex(node)}}}"

    def _inline(self, node: int) -> str:
        return rf"\mathrm{{d}}{self._tex(self._last)}/\mathrm{{d}}{self._tex(node)}"

    def _named(self, node: int) -> bool:
        return bool(self._sketch.labels[node])

    def _tex(self, node: int) -> str:
        """The name of a value in formulas; of a number without a name, the number."""
        label = self._sketch.labels[node]
        if not label:
            return _wrapped(self._order[node].data)
        if len(label) == 1 and label.isascii() and label.isalpha():
            return label
        head = label.rstrip("0123456789")
        if len(head) == 1 and head.isalpha() and head.isascii():
            return f"{head}_{{{label[1:]}}}"
        if len(label) > _LONG and "." in label:
            label = f"…{label[label.rindex('.') + 1 :]}"
        safe = "".join(rf"\{each}" if each in "_#$%&{}" else each for each in label if each not in "\\^~")
        return rf"\text{{{safe}}}"


def _number(number: float) -> str:
    if number != number:
        return r"\text{NaN}"
    if number in (float("inf"), float("-inf")):
        return r"\infty" if number > 0 else r"-\infty"
    mantissa, _, exponent = format(number, ".4g").partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa


def _wrapped(number: float) -> str:
    text = _number(number)
    return rf"\left({text}\right)" if text.startswith("-") or r"\cdot" in text else text


def _inspection(
    *,
    target: str,
    kind: str,
    value: float,
    gradient: float,
    value_current: bool,
    gradient_current: bool,
    forward: str,
    backward: str,
    factors: tuple[Term, ...] = (),
    terms: Sum = Sum((), 0, 0.0),  # noqa: B008 - frozen
    ledger: Ledger = Ledger((), 0.0, 0.0),  # noqa: B008 - frozen
    state: str = "shown",
    kept: float = nan,
    written: float | None = None,
    past: Past | None = None,
) -> Inspection:
    return Inspection(
        target=target,
        kind=kind,  # type: ignore[arg-type]
        layer=0,
        value=value,
        before=nan,
        gradient=gradient,
        value_current=value_current,
        gradient_current=gradient_current,
        batch_gradient=gradient,
        change=0.0,
        forward=forward,
        backward=backward,
        factors=factors,
        terms=terms.terms,
        terms_others=terms.others,
        terms_remainder=terms.remainder,
        paths=ledger.paths,
        paths_count=ledger.count,
        paths_remainder=ledger.remainder,
        paths_state=state,  # type: ignore[arg-type]
        steps=() if past is None else tuple(past.calls),
        values=() if past is None else tuple(past.data),
        gradients=() if past is None else tuple(past.grads),
        moves="none",
        kept=kept,
        written=nan if written is None else written,
    )
