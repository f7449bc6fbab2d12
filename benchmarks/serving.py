"""Servers to measure: processor time of a whole process tree over many requests in a row, and the bare view to compare with."""

import http.client
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from tests.stories.server import ROOT, Server, free_port, wait_for

#: What today's browsers say they take.
BROWSER = {"Accept-Encoding": "gzip, deflate, br, zstd", "Accept-Language": "en", "User-Agent": "benchmark"}

#: What stands in a file, returned by the least that Flask can do, on the server and the workers we use ourselves.
BARE = """
import sys
from pathlib import Path
from flask import Flask
from granian import Granian
from granian.constants import Interfaces

page = Path(sys.argv[2]).read_bytes()
bare = Flask("bare")

@bare.get("/")
def show():
    return page

if __name__ == "__main__":
    Granian(
        "benchmark_bare:bare", address="127.0.0.1", port=int(sys.argv[1]), interface=Interfaces.WSGI,
        workers=2, blocking_threads=1, log_access=False, log_level="warning",
    ).serve()
"""


#: The processes of a server, as they are now.
Tree = Callable[[], list[psutil.Process]]


def processor_time(processes: list[psutil.Process]) -> float:
    """Seconds of processor time these processes used so far, to the microsecond where the system tells it."""
    total = 0.0
    for process in processes:
        tasks = Path(f"/proc/{process.pid}/task")
        try:
            total += sum(int((task / "schedstat").read_text().split()[0]) for task in tasks.iterdir()) / 1e9
        except (OSError, ValueError, IndexError):
            times = process.cpu_times()
            total += times.user + times.system
    return total


def web_processes(server: Server) -> Tree:
    """Those of a server's processes that answer; the courier, which works on by itself, is not among them."""

    def answers(process: psutil.Process) -> bool:
        lines = process.net_connections("tcp")
        return any(line.status == psutil.CONN_LISTEN and line.laddr.port == server.port for line in lines)

    return lambda: [process for process in server.tree() if answers(process)]


class Line:
    """One kept connection to a server, as a browser's."""

    def __init__(self, port: int, headers: dict[str, str] | None = None) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._headers = BROWSER if headers is None else headers

    def ask(self, path: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
        self._connection.request("GET", path, headers={**self._headers, **headers})
        answer = self._connection.getresponse()
        return answer, answer.read()

    def post(self, path: str, body: bytes, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
        self._connection.request("POST", path, body, {**self._headers, **headers})
        answer = self._connection.getresponse()
        return answer, answer.read()


def cost(tree: Tree, times: int, work: Callable[[int], Any]) -> float:
    """Milliseconds of processor time of the whole tree that one of so many pieces of work takes."""
    for number in range(max(times // 20, 3)):
        work(-1 - number)
    processes = tree()
    before = processor_time(processes)
    for number in range(times):
        work(number)
    return (processor_time(processes) - before) * 1000 / times


@contextmanager
def bare_server(folder: Path, page: bytes) -> Iterator[tuple[int, Tree]]:
    """The port and the processes of a Flask view that returns a stored page."""
    (folder / "benchmark_bare.py").write_text(BARE)
    (folder / "page").write_bytes(page)
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "benchmark_bare.py", str(port), "page"],
        cwd=folder,
        env={"PYTHONPATH": f"{folder}:{ROOT}", "PATH": "/usr/bin:/bin"},
    )

    def tree() -> list[psutil.Process]:
        parent = psutil.Process(process.pid)
        return [parent, *parent.children(recursive=True)]

    def ready() -> bool:
        try:
            return Line(port).ask("/")[0].status == 200
        except OSError:
            return False

    try:
        wait_for(ready, "the bare view")
        yield port, tree
    finally:
        for each in tree():
            each.kill()
        process.wait(20)
