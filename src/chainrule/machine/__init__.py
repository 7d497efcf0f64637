"""The machine that runs programs; ``native``, ``browser`` and ``reference`` are its hosts, imported by name."""

from chainrule.machine.build import module_bytes
from chainrule.machine.machine import Machine

__all__ = ["Machine", "module_bytes"]
