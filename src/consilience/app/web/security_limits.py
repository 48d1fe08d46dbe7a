"""How much and how fast: sizes of a request, the time its body may take, calls a client may make.

Counts; decides nothing about who may ask. The clock comes from the caller. Invariant: what is counted
for clients is bounded, whoever calls, and a body is counted while it comes in, whatever it says of itself.
"""

from __future__ import annotations

import ipaddress
import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import anyio
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope

from .security_faults import Fault

CLIENTS = 4096
"""Clients that are counted at once; the one that was silent longest is forgotten."""
TARGET, HEADERS, HEADER_BYTES = 8192, 100, 32_768
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Rate:
    """So many calls a second over time, and so many at once."""

    second: float
    burst: int


class Buckets:
    """Calls left to each client: a bucket that fills at a rate, of which each call takes one."""

    def __init__(self, rate: Rate, clock: Clock) -> None:
        self.rate, self._clock = rate, clock
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str) -> int:
        """Whole seconds until a call is left; 0 where one is."""
        left = self._left(client)
        return 0 if left >= 1 else math.ceil((1 - left) / self.rate.second)

    def take(self, client: str) -> int:
        """Take a call and give 0; where none is left, the seconds until one is.

        >>> bucket = Buckets(Rate(0.5, 1), lambda: 0.0)
        >>> bucket.take("a"), bucket.take("a"), bucket.take("b")
        (0, 2, 0)
        """
        wait = self.wait(client)
        if not wait:
            self._held[client] = self._left(client) - 1, self._clock()
            self._held.move_to_end(client)
            if len(self._held) > CLIENTS:
                self._held.popitem(last=False)
        return wait

    def _left(self, client: str) -> float:
        left, at = self._held.get(client, (float(self.rate.burst), 0.0))
        return min(self.rate.burst, left + (self._clock() - at) * self.rate.second)


def client_of(scope: Scope) -> str:
    """Who calls, as far as calls are counted: an IPv4 address, or the 64 bits a network has of IPv6.

    >>> client_of({"client": ("2001:db8:1:2:3:4:5:6", 40000)})
    '2001:db8:1:2::/64'
    """
    host = (scope.get("client") or ("", 0))[0]
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return str(host)
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address) >> 64 << 64, 64)))
    return str(address)


def too_long(scope: Scope) -> Fault | None:
    """A fault where the address or the headers are longer than anybody needs."""
    if len(scope.get("raw_path") or scope["path"].encode()) + len(scope["query_string"]) > TARGET:
        return Fault(414, f"the address is longer than {TARGET:,} bytes", todo="ask for less")
    size = sum(len(name) + len(value) for name, value in scope["headers"])
    if len(scope["headers"]) > HEADERS or size > HEADER_BYTES:
        return Fault(431, f"more than {HEADERS} headers or {HEADER_BYTES:,} bytes of them")
    return None


def too_large(most: int) -> str:
    """What is said of a body that is too large."""
    return f"holds more than {most:,} bytes; send less at once"


def bounded(receive: Receive, most: int, pause: float, clock: Clock) -> Receive:
    """Receive a body of at most so many bytes that never pauses for longer, nor lasts for four pauses.

    :raises HTTPException: 413 or 408, where the body is read.
    """
    held, done, end = 0, False, clock() + 4 * pause

    async def read() -> Message:
        nonlocal held, done
        if done:  # from here on the only news is that the client left
            return await receive()
        message, left = None, end - clock()
        if left > 0:  # what is there at once is not stopped by a time that is over
            with anyio.move_on_after(min(pause, left)):
                message = await receive()
        if message is None:
            raise HTTPException(408, "the body came too slowly")
        held += len(message.get("body", b""))
        if held > most:
            raise HTTPException(413, too_large(most))
        done = not message.get("more_body", False)
        return message

    return read
