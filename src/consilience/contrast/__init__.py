"""Contrast: where accounts part, what each leaves out, and how each tells it.

Public functions: ``discrepancies``, ``silences``, ``framing``. Says what differs and when a harmless
explanation fits; never who is right.
"""

from __future__ import annotations

from .discrepancies import discrepancies
from .framing import framing
from .silences import silences

__all__ = ["discrepancies", "framing", "silences"]
