"""The library's tools over the Model Context Protocol, on standard input and output.

Needs the optional package ``mcp``; what the tools answer is made in ``tools``. Invariant: nothing but the
protocol goes to standard output, and what cannot be done is a tool's error in one line.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import count
from pathlib import Path
from typing import Annotated, Any, TypeVar

from anyio import from_thread, to_thread
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field

from .. import __version__
from ..errors import ConsilienceError
from ..settings import Settings
from ..store import Library
from . import tools

T = TypeVar("T")
ABOUT = (
    "A library of news accounts. Use it to see how many independent origins stand behind a statement, who "
    "contradicts it, who said what and through whom. Every answer quotes passages with their places. "
) + tools.DATA
LOOKS = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
OPENS = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=True
)
Words = Annotated[str, Field(min_length=1, max_length=500)]
Points = Annotated[int, Field(ge=1, le=tools.MOST_POINTS, description="Points and discrepancies at most.")]
Hits = Annotated[int, Field(ge=1, le=tools.MOST_HITS, description="How many at most.")]
LINE = 600


def serve(place: Path, settings: Settings) -> None:
    """Answer until the other side leaves."""
    server(place, settings).run("stdio")


def server(place: Path, settings: Settings) -> MCPServer[Any]:
    """The tools of a library."""
    made: MCPServer[Any] = MCPServer(
        "consilience", version=__version__, instructions=ABOUT, log_level="ERROR", subscriptions=False,
        middleware=[_in_one_line],
    )  # fmt: skip

    ask = _Asking(place)
    _offer_stories(made, ask, settings)
    _offer_questions(made, ask, settings)
    return made


class _Asking:
    """Asks a library, opened for each question: a connection belongs to one thread."""

    def __init__(self, place: Path) -> None:
        self._place = place

    async def __call__(self, work: Callable[[Library], T]) -> T:
        return await to_thread.run_sync(self._answer, work)

    def _answer(self, work: Callable[[Library], T]) -> T:
        try:
            with Library.open(self._place) as library:
                return work(library)
        except ConsilienceError as error:
            raise ToolError(str(error)) from error


def _offer_stories(made: MCPServer[Any], ask: _Asking, settings: Settings) -> None:
    """The tools that show many accounts of one event."""

    @made.tool(title="Compare articles", annotations=OPENS)
    async def compare(
        ctx: Context,
        texts: Annotated[list[tools.TextGiven], Field(max_length=tools.MOST_TEXTS)] = [],  # noqa: B006
        addresses: Annotated[list[Words], Field(max_length=tools.MOST_TEXTS)] = [],  # noqa: B006
        points: Points = 20,
    ) -> tools.StoryFound:
        """Compare articles on one event, given as texts, web addresses or both; nothing is kept.

        Tells what they share, where they differ, who copied whom, and how many independent origins each
        point has. Takes about a second for five articles.
        """
        return await ask(lambda _: tools.compared(texts, addresses, settings, points, _progress(ctx)))

    @made.tool(title="Show a story", annotations=LOOKS)
    async def story(ctx: Context, story: Words, points: Points = 20) -> tools.StoryFound:
        """Show a story of the library, by its id or by words that lead to it."""
        return await ask(lambda library: tools.story(library, story, settings, points, _progress(ctx)))


def _offer_questions(made: MCPServer[Any], ask: _Asking, settings: Settings) -> None:
    """The tools that look through the library."""

    @made.tool(title="Search the library", annotations=LOOKS)
    async def search(
        query: Annotated[
            Words, Field(description='Words, "phrases", -without, OR, said:, outlet:, after: …')
        ],
        kinds: Annotated[list[tools.Kind], Field(max_length=3, description="Only these; all if empty.")] = [],  # noqa: B006
        limit: Hits = 10,
    ) -> tools.SearchFound:
        """Search accounts (articles), statements (who said what) and points (what is asserted)."""
        return await ask(lambda library: tools.search(library, query, kinds, limit))

    @made.tool(title="Who said it", annotations=LOOKS)
    async def who_said(
        name: Annotated[Words, Field(description="A person or body.")],
        about: Annotated[str, Field(max_length=300, description="Only what holds these words.")] = "",
        limit: Hits = 20,
    ) -> tools.SaidFound:
        """List what a person or body said over all stories, and through whom it came."""
        return await ask(lambda library: tools.who_said(library, name, about, limit))

    @made.tool(title="Check a claim", annotations=LOOKS)
    async def check_claim(
        claim: Annotated[
            str, Field(min_length=1, max_length=600, description="One assertion in a sentence.")
        ],
    ) -> tools.ClaimFound:
        """Tell who reports a claim, how independently, and who contradicts it; not whether it is true."""
        return await ask(lambda library: tools.check_claim(library, claim, settings))


def _progress(ctx: Context) -> Callable[[str, int, int], None]:
    """Tells the other side what is being done, step by step; called in the thread that works."""
    steps = count(1)

    def step(stage: str, done: int, total: int) -> None:
        told = f"{stage} {min(done + 1, total)} of {total}" if total > 1 else stage
        from_thread.run(partial(ctx.report_progress, next(steps), None, told))

    return step


async def _in_one_line(ctx: Any, call_next: Callable[[Any], Awaitable[Any]]) -> Any:
    """A tool's error in one line: that of a rejected argument comes in three."""
    result = await call_next(ctx)
    if isinstance(result, dict) and result.get("isError"):
        for part in result["content"]:
            part["text"] = _one_line(part["text"])
    return result


def _one_line(text: str) -> str:
    """Words in one line, without what the framework says around them.

    >>> _one_line("Error executing tool story: story: there is no story 'x'")
    "story: there is no story 'x'"
    """
    lines = [line.strip() for line in text.splitlines() if "For further information" not in line]
    line = re.sub(r"^Error executing tool \w+: ", "", " ".join(lines))
    return line if len(line) <= LINE else f"{line[:LINE]}…"
