"""Reads many accounts of one event and shows what they share, where they part,
and how many independent origins stand behind each statement.

    import consilience
    dossier = consilience.compare(["a.txt", "b.html"])
    print(dossier.points[0].says)

Names are loaded when first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .dossier import Dossier as Dossier
    from .dossier import verify as verify
    from .dossier import weakest_links as weakest_links
    from .engine import compare as compare
    from .engine import compare_witnesses as compare_witnesses
    from .engine.intake import Intake as Intake
    from .errors import ConsilienceError as ConsilienceError
    from .errors import InputError as InputError
    from .ingest import read as read
    from .model import Span as Span
    from .model import Witness as Witness
    from .settings import Settings as Settings
    from .store import Library as Library

__version__ = "0.1.0"

_HOME = {
    "compare": "engine",
    "compare_witnesses": "engine",
    "Dossier": "dossier",
    "verify": "dossier",
    "weakest_links": "dossier",
    "read": "ingest",
    "Library": "store",
    "Intake": "engine.intake",
    "Settings": "settings",
    "Span": "model",
    "Witness": "model",
    "ConsilienceError": "errors",
    "InputError": "errors",
}

__all__ = [*_HOME, "__version__"]  # noqa: PLE0604 - names are strings; resolved by __getattr__


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'consilience' has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)
