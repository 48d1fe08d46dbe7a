"""Measuring: dossiers against answer keys, figures against pinned floors."""

from .floors import broken, digest, pin, read_floors
from .key import score

__all__ = ["broken", "digest", "pin", "read_floors", "score"]
