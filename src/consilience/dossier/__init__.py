"""The dossier of a story: document, pages, verification."""

from .build import Dossier, document_digest, siglum, text_digest
from .ranking import weakest_links
from .verification import verify

__all__ = ["Dossier", "document_digest", "siglum", "text_digest", "verify", "weakest_links"]
