"""What every test shares: no outgoing connection, and places of the checkout."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = ("127.", "::1", "localhost")

settings.register_profile(
    "steady", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")


@pytest.fixture(autouse=True)
def no_outgoing_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that opens a connection beyond this machine fails."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else address
        if isinstance(host, str) and self.family != getattr(socket, "AF_UNIX", None):
            assert host.startswith(LOOPBACK), f"a test tried to connect to {host}"
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def example() -> Path:
    """The folder of the invented example."""
    return ROOT / "examples" / "ilvane"


@pytest.fixture(scope="session")
def filled_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of both examples, read and compared; only to be copied."""
    from consilience.app.worker import Worker
    from consilience.settings import Settings
    from consilience.store import Library

    place = tmp_path_factory.mktemp("filled") / "library.db"
    with Library.open(place, create=True) as library:
        library.ask("example", {}, at="2031-10-18T09:00:00+00:00")
        worker = Worker(library, Settings(), clock=lambda: "2031-10-18T09:00:00+00:00")
        while worker.step():
            pass
    return place


@pytest.fixture(scope="module")
def filled(filled_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of ``filled_once`` of the module's own: a page that is looked at is noted in it."""
    return Path(shutil.copy(filled_once, tmp_path_factory.mktemp("filled") / "library.db"))


@pytest.fixture
def copied(filled_once: Path, tmp_path: Path) -> Path:
    """A copy of ``filled_once`` of the test's own."""
    return Path(shutil.copy(filled_once, tmp_path / "library.db"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The evaluation material beside the checkout; skips where a stranger has none."""
    place = Path(os.environ.get("CONSILIENCE_SHARED", ROOT.parent / "shared"))
    if not (place / "score" / "dossier.py").exists():
        pytest.skip("the evaluation material (../shared) is not beside this checkout")
    return place
