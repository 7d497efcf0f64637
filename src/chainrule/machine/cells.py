"""Single numbers on the machine: one function for each rule and one for its gradient, run row by row.

The machine of networks computes on matrices; a graph of ``Value``s has one number a node, so its rows are short and
hold addresses. A node takes 16 bytes: its value, then its adjoint. A row of ``program.scalar`` is a code, the address
of the result, then those of the inputs and constants. The code is that of the rule; its gradient is the next one.
The backward pass goes through the same rows from the last to the first.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from chainrule.machine import angle
from chainrule.machine.elementwise import Emitter, spelt_out
from chainrule.machine.encoder import F64, I64, V128, Function, module
from chainrule.program.scalar import CHANGE, CONTROL, COUNTED, NODE, ROW, THRESHOLD
from chainrule.rules import RULES, Rule
from chainrule.rules.expr import Expr, postorder
from chainrule.rules.table import RESULT, UPSTREAM


def cells_bytes() -> bytes:
    """The module for the rule table as it stands. Same rules, same bytes."""
    return _cells_bytes(tuple(RULES.values()))


@cache
def _cells_bytes(rules: tuple[Rule, ...]) -> bytes:
    kernels = [make(rule) for rule in rules for make in (_forward, _backward)]
    return module(
        angle.helpers(),
        kernels,
        {"forward": _all_forward(), "backward": _all_backward(), "update": _update()},
    )


def _operands(function: Function, rule: Rule, formulas: tuple[Expr, ...], result: bool) -> dict[str, int]:
    """Locals with what the formulas read, each number in both lanes."""
    used = {at.name for at in postorder(*formulas) if at.op == "symbol"}
    places = {name: 4 * at for at, name in enumerate((*rule.inputs, *rule.constants), 2)}
    if result:
        places[RESULT] = 4
    inputs = {}
    for name, place in places.items():
        if name in used:
            inputs[name] = function.local(V128)
            function.get(0).memory("i32.load", place).memory("v128.load64_splat").set(inputs[name])
    if result:
        inputs[UPSTREAM] = function.local(V128)
        function.get(0).memory("i32.load", 4).memory("v128.load64_splat", 8).set(inputs[UPSTREAM])
    return inputs


def _forward(rule: Rule) -> Function:
    function = Function()
    formulas = spelt_out(rule.expr)
    inputs = _operands(function, rule, formulas, result=False)
    function.get(0).memory("i32.load", 4)
    Emitter(function, inputs, formulas).emit(formulas[0])
    function.lane(0).memory("f64.store")
    return function


def _backward(rule: Rule) -> Function:
    """Add to the adjoint of each input in turn; one that is there twice gets both parts."""
    function = Function()
    formulas = spelt_out(*rule.grad_exprs)
    emitter = Emitter(function, _operands(function, rule, formulas, result=True), formulas)
    address = function.local()
    for at, formula in enumerate(formulas, 2):
        function.get(0).memory("i32.load", 4 * at).tee(address)
        function.get(address).memory("f64.load", 8)
        emitter.emit(formula)
        function.lane(0).op("f64.add").memory("f64.store", 8)
    return function


class _Control:
    """The words at the start of memory that say where everything is."""

    def __init__(self, function: Function) -> None:
        self._function = function

    def __call__(self, name: str) -> int:
        """A local with one of them."""
        local = self._function.local()
        self._function.i32(0).memory("i32.load", 4 * CONTROL.index(name)).set(local)
        return local


def _all_forward() -> Function:
    function = Function(parameters=0)
    control = _Control(function)
    row, end = control("rows"), control("rows_end")
    with function.while_less(row, end):
        function.get(row).get(row).memory("i32.load").call_indirect(0)
        function.step(row, ROW)
    return function


def _all_backward() -> Function:
    """Fresh adjoints, 1 at the result, then every row from the last to the first."""
    function = Function(parameters=0)
    control = _Control(function)
    at, end = control("nodes"), control("nodes_end")
    with function.while_less(at, end):
        function.get(at).f64(0.0).memory("f64.store", 8)
        function.step(at, NODE)
    function.get(control("result")).f64(1.0).memory("f64.store", 8)
    row, first = control("rows_end"), control("rows")
    with function.while_less(first, row):
        function.step(row, -ROW)
        function.get(row).get(row).memory("i32.load").i32(1).op("i32.add").call_indirect(0)
    return function


def _update() -> Function:
    """Take the changed leaves and compute what depends on them, and no more.

    A bit for each row says whether an input of it has moved. Rows are in topological order, so a row marks only later
    ones and one pass from the first mark on sees all of them.
    """
    function = Function(parameters=0)
    control = _Control(function)
    marks, marks_end, rows, nodes = (control(name) for name in ("marks", "marks_end", "rows", "nodes"))
    starts, users, changes = control("starts"), control("users"), control("changes")
    change, changes_end, count = function.local(), function.local(), function.local()
    node, at, last, row, address = (function.local() for _ in range(5))
    old, new, bits, first = (function.local(kind) for kind in (F64, F64, I64, I64))

    def mark_users() -> None:
        """Set the bit of every row that reads local ``node``, a number."""
        function.get(node).i32(2).op("i32.shl").get(starts).op("i32.add").tee(at).memory("i32.load", 4)
        function.i32(2).op("i32.shl").get(users).op("i32.add").set(last)
        function.get(at).memory("i32.load").i32(2).op("i32.shl").get(users).op("i32.add").set(at)
        with function.while_less(at, last):
            function.get(at).memory("i32.load").tee(row).i32(6).op("i32.shr_s").i32(3).op("i32.shl")
            function.get(marks).op("i32.add").tee(address).get(address).memory("i64.load")
            function.i64(1).get(row).i32(63).op("i32.and", "i64.extend_i32_u", "i64.shl", "i64.or")
            function.memory("i64.store")
            function.step(at, 4)

    def where_moved(then: Callable[[], None], *, threshold: bool) -> None:
        """Where ``new`` is not ``old``, to the bit; with a threshold, not where they differ by less than it."""
        function.get(old).op("i64.reinterpret_f64").get(new).op("i64.reinterpret_f64", "i64.eq", "i32.eqz")
        if threshold:
            function.get(new).get(old).op("f64.sub", "f64.abs")
            function.i32(0).memory("f64.load", THRESHOLD).op("f64.lt", "i32.eqz", "i32.and")
        with function.when():
            then()

    def leaf_moved() -> None:
        function.get(node).i32(4).op("i32.shl").get(nodes).op("i32.add").get(new).memory("f64.store")
        mark_users()

    function.get(changes).i32(COUNTED).op("i32.add").tee(change)
    function.get(changes).memory("i32.load").i32(4).op("i32.shl", "i32.add").set(changes_end)
    with function.while_less(change, changes_end):
        function.get(change).memory("i32.load").set(node)
        function.get(change).memory("f64.load", 8).set(new)
        function.get(node).i32(4).op("i32.shl").get(nodes).op("i32.add").memory("f64.load").set(old)
        where_moved(leaf_moved, threshold=False)
        function.step(change, CHANGE)
    word = function.local()
    function.get(marks).set(word)
    with function.while_less(word, marks_end):
        with function.while_bits(bits, word):
            function.get(bits).op("i64.ctz").set(first)
            function.get(word).get(bits).get(bits).i64(1).op("i64.sub", "i64.and").memory("i64.store")
            function.get(word).get(marks).op("i32.sub").i32(3).op("i32.shl")
            function.get(first).op("i32.wrap_i64", "i32.add").i32(5).op("i32.shl").get(rows).op("i32.add")
            function.tee(row).memory("i32.load", 4).tee(address).memory("f64.load").set(old)
            function.get(address).get(nodes).op("i32.sub").i32(4).op("i32.shr_s").set(node)
            function.get(row).get(row).memory("i32.load").call_indirect(0)
            function.get(address).memory("f64.load").set(new)
            function.step(count, 1)
            where_moved(mark_users, threshold=True)
        function.step(word, 8)
    function.get(changes).get(count).memory("i32.store")
    return function
