"""What hosts allow a program to fetch (robots.txt, RFC 9309).

Asks through the door it is given and opens no connection itself. A host that has no such file allows
all; one that cannot say so now allows nothing for now. Invariant: no rule is older than a day, and
no more than a bounded number of hosts is remembered.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from ..errors import FetchError, InputError
from .decode import decode
from .draft import Source

KEPT = 86_400.0
AGAIN = 600.0
"""Seconds after which a host that could not say what it allows is asked again."""
MOST_HOSTS = 1_000
MOST_BYTES = 512_000
"""RFC 9309 wants 500 KiB to be read; what lies behind may be left out."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What one host says: ``rules`` is None where it says nothing, ``refuses`` why it allows nothing now."""

    rules: Any
    until: float
    refuses: str = ""

    def allows(self, url: str, agent: str) -> bool:
        """Whether a program may fetch an address."""
        return not self.refuses and (self.rules is None or bool(self.rules.can_fetch(url, agent)))

    def delay(self, agent: str) -> float:
        """Seconds that it wants between two requests; 0 where it does not say."""
        said = self.rules.crawl_delay(agent) if self.rules is not None else None
        return float(said) if said is not None and isfinite(said) and said > 0 else 0.0


class Robots:
    """The rules of the hosts met lately.

    >>> def ask(url):
    ...     return Source("robots", url, "", b"User-agent: *\\nDisallow: /private\\nCrawl-delay: 4")
    >>> rule = Robots(ask, "Consilience").asked("https://dravik.example/a", now=0.0)
    >>> rule.allows("https://dravik.example/private/b", "Consilience"), rule.delay("Consilience")
    (False, 4.0)
    """

    def __init__(self, ask: Callable[[str], Source], agent: str) -> None:
        self._ask, self._agent = ask, agent
        self._rules: OrderedDict[str, Rule] = OrderedDict()

    def known(self, url: str, now: float) -> Rule | None:
        """The rule of an address's host, if it is remembered."""
        found = self._rules.get(place_of(url))
        return found if found is not None and found.until > now else None

    def keep(self, url: str, rule: Rule) -> None:
        """Remember the rule of an address's host, and forget the oldest where there are too many."""
        self._rules.pop(place_of(url), None)
        self._rules[place_of(url)] = rule
        while len(self._rules) > MOST_HOSTS:
            self._rules.popitem(last=False)

    def asked(self, url: str, now: float) -> Rule:
        """The rule of an address's host, asked for now."""
        from protego import Protego

        try:
            source = self._ask(place_of(url))
            return Rule(Protego.parse(decode(source.data[:MOST_BYTES]).text), now + KEPT)
        except FetchError as error:
            if getattr(error, "stops", False):
                raise
            if getattr(error, "lasting", False):
                return Rule(None, now + KEPT)
            pause = getattr(error, "pause", None) or AGAIN
            return Rule(None, now + min(max(pause, AGAIN), KEPT), f"its robots.txt {error.what}")
        except (InputError, ValueError):  # a picture, or what protego cannot make a rule of
            return Rule(None, now + KEPT)


def place_of(url: str) -> str:
    """Where the rules for an address lie.

    >>> place_of("https://dravik.example:8443/a/b?c")
    'https://dravik.example:8443/robots.txt'
    """
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, "/robots.txt", "", ""))
