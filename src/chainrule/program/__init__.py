"""Programs: a graph or network as a table of vector instructions over one arena of numbers."""

from chainrule.program.builder import Builder, Operand
from chainrule.program.instructions import WIDTH, instruction_set
from chainrule.program.program import Program, Section, Span, padded

__all__ = ["WIDTH", "Builder", "Operand", "Program", "Section", "Span", "instruction_set", "padded"]
