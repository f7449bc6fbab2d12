"""The real server as somebody starts it: its own folder, port and process tree, which ends with the test."""

import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import psutil

import config
from config import Settings
from forum.app import create_parts
from forum.base.parts import Parts
from search_index.memory import MemoryIndex

T = TypeVar("T")

#: Settings of the forum, and the wish to compile every module anew in each of its processes.
NOT_FOR_SERVERS = (config.PREFIX, "PYTHONDONTWRITEBYTECODE")

ROOT = Path(__file__).parents[2]

#: A loaded machine may need this long for what takes two seconds on a free one.
PATIENCE = 60.0

#: Between two looks at a process that cannot call back.
PAUSE = 0.05


class Server:
    """`python run.py` in a process group of its own."""

    def __init__(self, folder: Path, database_url: str = "", workers: int = 2) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "server.log"
        self.environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith(NOT_FOR_SERVERS)},
            "SPORTELLO_DATA": str(folder),
            "SPORTELLO_PORT": str(self.port),
            "SPORTELLO_WORKERS": str(workers),
            "SPORTELLO_LANGUAGES": "en,it",
            "PYTHONUNBUFFERED": "1",
            "PYTHONWARNINGS": "ignore",
        }
        if database_url:
            self.environ["SPORTELLO_DATABASE_URL"] = database_url
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def settings(self) -> Settings:
        """The settings that the server reads, with the secret it made."""
        return config.with_secret(config.load(self.environ))

    def start(self) -> float:
        """Start it and wait until it is ready; returns the seconds that took."""
        begun = time.monotonic()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "run.py"],
                cwd=ROOT,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_for(self._is_ready, f"the server to be ready; it said:\n{self.said()[-3000:]}")
        return time.monotonic() - begun

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"the server ended by itself; it said:\n{self.said()[-3000:]}"
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def said(self) -> str:
        """What it printed and logged so far."""
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def tree(self) -> list[psutil.Process]:
        """All its processes."""
        assert self._process is not None
        parent = psutil.Process(self._process.pid)
        return [parent, *parent.children(recursive=True)]

    def pss(self) -> int:
        """Bytes of memory of the whole tree, shared pages counted once."""
        return sum(process.memory_full_info().pss for process in self.tree())

    def kill(self) -> None:
        """Take the power away: nothing in the tree gets a chance to say goodbye."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(PATIENCE)
        self._process = None

    def stop(self) -> None:
        """Ask it to end, as Ctrl-C does; whatever is left after that is killed."""
        if self._process is None:
            return
        group = self._process.pid
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(group, signal.SIGKILL)
            self._process.wait(PATIENCE)
        self._process = None

    def run(self, *arguments: str, given: str = "") -> str:
        """A command at the terminal of this installation; returns what it printed."""
        done = subprocess.run(
            [sys.executable, "run.py", *arguments],
            cwd=ROOT,
            env=self.environ,
            input=given,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def add_user(self, name: str, password: str, *powers: str) -> None:
        """`user add` with roles and rights such as `role:agent`, `right:editor`."""
        options = [part for power in powers for part in (f"--{power.partition(':')[0]}", power.partition(":")[2])]
        self.run(
            "user", "add", f"{name.lower()}@example.it", "--name", name, *options, "--password-stdin", given=password
        )

    @contextmanager
    def parts(self) -> Iterator[Parts]:
        """The database of this installation from within the test; what is published reaches the server's courier."""
        made = create_parts(self.settings, index=MemoryIndex())
        try:
            yield made
        finally:
            made.store.bind.engine.dispose()


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(found: Callable[[], T], what: str, patience: float = PATIENCE) -> T:
    """Ask until there is an answer; fail with what was waited for."""
    deadline = time.monotonic() + patience
    while True:
        answer = found()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"waited {patience:.0f} s for {what}"
        time.sleep(PAUSE)


def own_database(postgresql_url: str, name: str) -> str:
    """The address of a new, empty database beside the one the other tests use."""
    import psycopg

    name = f"{name}_{secrets.token_hex(4)}"
    address = postgresql_url.replace("postgresql+psycopg://", "postgresql://", 1)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return re.sub(r"(://[^/]*/)[^?]*", rf"\g<1>{name}", postgresql_url, count=1)


def last_mail_path(folder: Path, to: str, base_url: str) -> str | None:
    """The path of the link in the newest mail to somebody, or None while there is none."""
    from tests.web.mails import path_in, read_mails

    mails: list[Any] = [mail for mail in read_mails(folder) if to in str(mail["To"])]
    return path_in(mails[-1], base_url) if mails else None
