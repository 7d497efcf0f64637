"""From a rule's kernel to WebAssembly: one loop over rows, one over pairs of columns, the formula in between."""

from __future__ import annotations

from chainrule.machine.angle import FAR, PARTS
from chainrule.machine.encoder import V128, Function
from chainrule.program.instructions import element_wise
from chainrule.rules.alphabet import PRIMITIVES
from chainrule.rules.elementary import SPELT_OUT
from chainrule.rules.expr import Expr, node, postorder
from chainrule.rules.kernel import Kernel

_ROUNDING = 6755399441055744.0  # 1.5 * 2**52: adding it leaves an integer in the low bits
_BIAS = 1023.0
_EXPONENT_AS_FLOAT = 0x4330000000000000  # the bits of 2**52
_FRACTION = 0x000FFFFFFFFFFFFF
_SIGN = 1 << 63
_ONE = 0x3FF0000000000000


def spelt_out(*formulas: Expr) -> tuple[Expr, ...]:
    """The formulas with exp, log … replaced by the arithmetic of ``elementary``."""
    done: dict[int, Expr] = {}
    for at in postorder(*formulas):
        args = tuple(done[id(arg)] for arg in at.args)
        if at.op in SPELT_OUT:
            done[id(at)] = SPELT_OUT[at.op](*args)
        else:
            done[id(at)] = _bounded(node(at.op, *args)) if args else at
    return tuple(done[id(formula)] for formula in formulas)


def _bounded(at: Expr) -> Expr:
    """A choice between a number and its bound is one instruction instead of a comparison and a choice."""
    if at.op == "where" and at.args[0].op in ("gt", "lt"):
        condition, bound, x = at.args
        if condition.args == (x, bound):
            return node("at_most" if condition.op == "gt" else "at_least", x, bound)
    return at


class Emitter:
    """Writes formulas into a function; what is used more than once is computed once and kept in a local."""

    def __init__(self, function: Function, inputs: dict[str, int], formulas: tuple[Expr, ...]) -> None:
        self._function = function
        self._inputs = inputs
        self._uses: dict[int, int] = {}
        self._kept: dict[int, int] = {}
        for at in postorder(*formulas):
            for arg in at.args:
                self._uses[id(arg)] = self._uses.get(id(arg), 0) + 1
        for formula in formulas:
            self._uses[id(formula)] = self._uses.get(id(formula), 0) + 1

    def emit(self, at: Expr) -> None:
        """Leave the value of ``at`` (two lanes) on the stack."""
        function = self._function
        if at.op == "symbol":
            function.get(self._inputs[at.name])
        elif at.op == "const":
            function.v128(at.value)
        elif id(at) in self._kept:
            function.get(self._kept[id(at)])
        else:
            self._compute(at)
            if self._uses.get(id(at), 0) > 1:
                self._kept[id(at)] = function.local(V128)
                function.tee(self._kept[id(at)])

    def _compute(self, at: Expr) -> None:
        function = self._function
        # A choice takes its mask last on the stack.
        for arg in (*at.args[1:], at.args[0]) if at.op == "where" else at.args:
            self.emit(arg)
        if at.op == "copysign":  # the stack has the size, then the sign
            sign = function.local(V128)
            function.v128_bits(_SIGN).op("v128.and").set(sign)
            function.v128_bits(_SIGN).op("v128.andnot").get(sign).op("v128.or")
        elif at.op == "nearest":
            function.op("f64x2.nearest")
        elif at.op == "power2":
            function.v128(_ROUNDING + _BIAS).op("f64x2.add").i32(52).op("i64x2.shl")
        elif at.op == "exponent":
            function.i32(52).op("i64x2.shr_u").v128_bits(_EXPONENT_AS_FLOAT).op("v128.or")
            function.v128(2.0**52 + _BIAS).op("f64x2.sub")
        elif at.op == "mantissa":
            function.v128_bits(_FRACTION).op("v128.and").v128_bits(_ONE).op("v128.or")
        elif at.op in PARTS:
            function.i32(PARTS.index(at.op)).call(FAR)
        elif at.op == "at_most":
            function.op("f64x2.pmin")
        elif at.op == "at_least":
            function.op("f64x2.pmax")
        else:
            function.op(*PRIMITIVES[at.op].wasm)


def compile_kernel(kernel: Kernel) -> Function:
    """The function of one element-wise instruction; its argument is the address of the instruction row."""
    function = Function()
    place = {name: 4 * (1 + at) for at, name in enumerate(element_wise(kernel))}
    formulas = spelt_out(*(output.expr for output in kernel.outputs))
    used = {at.name for at in postorder(*formulas) if at.op == "symbol"}

    def operand(field: str, scale: int = 3) -> int:
        local = function.local()
        function.get(0).memory("i32.load", place[field])
        if scale:
            function.i32(scale).op("i32.shl")
        function.set(local)
        return local

    inputs: dict[str, int] = {}
    for name in kernel.scalars:
        if name in used:
            inputs[name] = function.local(V128)
            function.get(operand(f"scalar.{name}")).memory("v128.load64_splat").set(inputs[name])
    columns = [name for name in kernel.columns if name in used]
    bases = {f"in.{name}": operand(f"in.{name}") for name in columns}
    bases |= {f"out.{output.name}": operand(f"out.{output.name}") for output in kernel.outputs}
    strides = {name: operand(f"{name}.stride") for name in bases}
    rows, width = operand("rows", 0), operand("columns")
    row, at, address = function.local(), function.local(), function.local()
    for name in columns:
        inputs[name] = function.local(V128)
    emitter = Emitter(function, inputs, formulas)
    results = [function.local(V128) for _ in formulas]
    function.i32(0).set(row)
    with function.while_less(row, rows):
        function.i32(0).set(at)
        with function.while_less(at, width):
            for name in columns:
                function.get(bases[f"in.{name}"]).get(at).op("i32.add").memory("v128.load")
                function.set(inputs[name])
            for formula, result in zip(formulas, results, strict=True):
                emitter.emit(formula)
                function.set(result)
            for output, result in zip(kernel.outputs, results, strict=True):
                function.get(bases[f"out.{output.name}"]).get(at).op("i32.add").tee(address)
                if output.accumulate:
                    function.get(address).memory("v128.load").get(result).op("f64x2.add")
                else:
                    function.get(result)
                function.memory("v128.store")
            function.step(at, 16)
        for name, base in bases.items():
            function.get(base).get(strides[name]).op("i32.add").set(base)
        function.step(row, 1)
    return function
