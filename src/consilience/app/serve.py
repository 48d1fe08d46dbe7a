"""The commands that answer others: the web app, and tools for language models.

Options in; the server and the processes beside it are started and ended here. Invariant: beyond this
machine nothing is answered without a password.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import InputError
from .outputs import FILE, say, settings_of
from .place import default_place, library_option, missing, opened, settings_option

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

    from ..settings import Settings
    from .web.security import Guard

PORT = 8400
LOOPBACK = ("127.0.0.1", "::1", "localhost")
ANYWHERE = ("0.0.0.0", "::")
PATIENCE = 3.0
"""Seconds that the worker has to end what it is at; else it is begun anew at the next start."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(0, 65535), help="The port.")
@click.option(
    "--password-file",
    type=FILE,
    help="Ask for the password (or token) in this file; else CONSILIENCE_PASSWORD.",
)
@click.option("--address", help="The address that others reach it at, as 'https://desk.example'.")
@click.option("--certificate", type=FILE, help="Serve over TLS with this certificate (PEM)…")
@click.option("--key", "key_file", type=FILE, help="… and this key.")
@click.option("--open", "show", is_flag=True, help="Open the app in the browser.")
@click.option("--no-worker", is_flag=True, help="Only show what is there: take in and compare nothing.")
@library_option
@settings_option
def serve(
    host: str,
    port: int,
    password_file: Path | None,
    address: str | None,
    certificate: Path | None,
    key_file: Path | None,
    show: bool,
    no_worker: bool,
    place: Path | None,
    settings_file: Path | None,
) -> None:
    """Open the library as a web app, at an address of this machine.

    It listens to this machine alone. To let others in, give --host and a password.
    """
    settings, path = settings_of(settings_file), place or default_place()
    if (certificate is None) != (key_file is None):
        raise InputError("a certificate needs its key", where="serve", todo="give both, or neither")
    at = _Listening(host, port, address, _password(password_file), certificate, key_file)
    opened(place, create=True).close()
    # The server gives the signal on when it has ended; the processes beside it are to end too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with _beside(path, settings, idle=no_worker):
        _serve(path, settings, at, show=show)


@dataclass(frozen=True)
class _Listening:
    """Where and how the app is reached.

    :raises InputError: when others could reach it without a password, or by a name it does not know.
    """

    host: str
    port: int
    address: str | None
    password: str | None
    certificate: Path | None
    key_file: Path | None

    def __post_init__(self) -> None:
        if self.host not in LOOPBACK and not self.password:
            todo = "set CONSILIENCE_PASSWORD, or give --password-file"
            raise InputError("others are let in by a password alone", where=f"--host {self.host}", todo=todo)
        if self.address is None and self.host in ANYWHERE:
            todo = "give --address, as in 'http://desk.example:8400'"
            raise InputError(
                "names no address that others could open", where=f"--host {self.host}", todo=todo
            )
        if self.address is not None and not re.fullmatch(r"https?://[^/\s?#@]+/?", self.address):
            todo = "give one as 'https://desk.example', without a path"
            raise InputError("is no address of a site", where=f"--address {self.address[:80]}", todo=todo)

    def base(self, port: int) -> str:
        """The address that is told, and that links in mail and feeds begin with."""
        if self.address is not None:
            return self.address.rstrip("/")
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.certificate else 'http'}://{host}:{port}"

    def guard(self, base: str) -> Guard:
        """The guard: it knows the names of this machine and the one that others reach it at."""
        from .web.security import LOOPBACK as OWN
        from .web.security import Guard

        names = (*OWN, base.partition("://")[2])
        return Guard(hosts=names, secret=self.password or "", secure=base.startswith("https://"))


def _password(file: Path | None) -> str | None:
    if file is None:
        return os.environ.get("CONSILIENCE_PASSWORD") or None
    try:
        word = file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            "cannot be read", where=str(file), todo="name a file with a password in it"
        ) from error
    if not word:
        raise InputError("is empty", where=str(file), todo="write a password into it")
    return word


def _serve(path: Path, settings: Settings, at: _Listening, *, show: bool) -> None:
    """Answer until interrupted."""
    import uvicorn

    from .web.security import guarded
    from .web.server import create_app
    from .web.site import Site

    config = uvicorn.Config(
        "app", host=at.host, port=at.port, log_level="warning", access_log=False, server_header=False,
        timeout_keep_alive=30, timeout_graceful_shutdown=5,
        ssl_certfile=at.certificate, ssl_keyfile=at.key_file,
    )  # fmt: skip
    try:
        listening = config.bind_socket()
    except SystemExit as error:
        todo = "end what listens there, or give another --port"
        raise InputError(f"port {at.port} cannot be had", where=f"--host {at.host}", todo=todo) from error
    base = at.base(listening.getsockname()[1])
    config.app = guarded(create_app(Site(path, settings, base=base)), at.guard(base))

    class Server(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            say(f"Consilience is at {base} (library: {path}). Ctrl+C ends it.")
            if show:
                webbrowser.open(base)

    with suppress(KeyboardInterrupt):
        Server(config).run(sockets=[listening])


@contextmanager
def _beside(path: Path, settings: Settings, *, idle: bool) -> Iterator[None]:
    """The worker and the watcher, started anew when they end by themselves, ended with the block."""
    from multiprocessing import get_context

    from .worker import watch, work

    if idle:
        yield
        return
    spawn = get_context("spawn")
    over = threading.Event()

    def keep(main: Callable[..., Any]) -> None:
        while not over.is_set():
            process = spawn.Process(target=main, args=(path, settings), name=main.__name__)
            process.start()
            while process.is_alive() and not over.wait(0.5):
                pass
            if over.is_set():
                _end(process)
            else:
                _end_group(process)
                print(f"consilience: {main.__name__} ended by itself and begins anew", file=sys.stderr)
                over.wait(2)

    keepers = [threading.Thread(target=keep, args=(main,), daemon=True) for main in (work, watch)]
    for keeper in keepers:
        keeper.start()
    try:
        yield
    finally:
        over.set()
        for keeper in keepers:
            keeper.join(2 * PATIENCE + 2)


def _end(process: BaseProcess) -> None:
    """End a process and those it has started, which would outlive it and keep its output open."""
    process.terminate()
    process.join(PATIENCE)
    if process.is_alive():
        _end_group(process)
    process.kill()
    process.join(PATIENCE)


def _end_group(process: BaseProcess) -> None:
    """End those that a process has started, also where it was killed itself; it leads their group."""
    if process.pid and hasattr(os, "killpg"):
        with suppress(ProcessLookupError):  # it ended before it led one
            os.killpg(process.pid, signal.SIGKILL)


@click.command("mcp")
@library_option
@settings_option
def mcp_(place: Path | None, settings_file: Path | None) -> None:
    """Offer the library as tools to a language model (Model Context Protocol, on standard input)."""
    from .tools import serve_tools

    path = place or default_place()
    if missing(path):
        opened(place, create=True).close()
    serve_tools(path, settings_of(settings_file))


COMMANDS = (serve, mcp_)
