"""The message catalogue: every sentence a person reads, one JSON file a language, shared by Python and the page."""

from chainrule.text.catalogue import sentence

__all__ = ["sentence"]
