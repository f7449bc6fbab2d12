"""What pages cost the web processes, beside a bare Flask view that returns a stored page of the same size.

python -m benchmarks.pages [REQUESTS]

The bare view is asked in turn with each page, because a busy machine makes everything dearer, and never evenly.
"Nothing cached" goes past the visitors' shelf: every request reads its rows from the database. What is kept in the
process are the pieces that were drawn from such rows before; see docs/speed.md.
"""

import sys
import tempfile
from collections.abc import Callable
from itertools import count, cycle
from pathlib import Path
from typing import Any

from benchmarks.serving import BROWSER, Line, Tree, bare_server, cost, web_processes
from benchmarks.town import Town, build
from tests.stories.server import Server

REQUESTS = 200

#: Turns between the page and the bare view.
TURNS = 5

#: Cheap pages need more of them, or the clock of the processes is too coarse.
CHEAP = 10


def main(requests: int) -> None:
    """Serve a community of its own, and the bare view beside it, and print what each page took."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        server.start()
        try:
            town = build(server)
            page = Line(server.port).ask(town.question)[1]
            plain = Line(server.port, {}).ask(town.question)[1]
            print(f"question page: {len(plain):,} bytes, {len(page):,} compressed; {requests} requests each")
            print(f"{'page':<34} {'ms CPU':>8} {'bare ms':>8} {'of bare':>8}")
            with bare_server(Path(folder), page) as (port, tree):
                compare = Comparison(port, tree, web_processes(server))
                measure(server, town, requests, compare)
        finally:
            server.stop()


class Comparison:
    """Prints a line for a page: what it took, what the bare view took meanwhile, and the share of requests."""

    def __init__(self, port: int, bare_tree: Tree, tree: Tree) -> None:
        self._port, self._bare_tree, self._tree = port, bare_tree, tree

    def show(self, name: str, times: int, ask: Callable[[], Any]) -> None:
        bare = taken = 0.0
        for _ in range(TURNS):
            line = Line(self._port)
            bare += cost(self._bare_tree, max(times // TURNS, 100), lambda _, line=line: line.ask("/")) / TURNS
            taken += cost(self._tree, max(times // TURNS, 1), lambda _: ask()) / TURNS
        print(f"{name:<34} {taken:>8.3f} {bare:>8.3f} {bare / taken:>8.1%}", flush=True)


def measure(server: Server, town: Town, requests: int, compare: Comparison) -> None:
    """One line for each kind of page and reader."""
    fresh = count()
    tag = str(Line(server.port).ask(town.question)[0].headers["ETag"])
    paths = (("question", town.question), ("list", "/questions"), ("front page", "/"), ("article", town.article))

    def asking_in_turn(path: str) -> Callable[[], Any]:
        """Those who are signed in, one after the other, as people look at a page."""
        lines = cycle([Line(server.port, {**BROWSER, "Cookie": cookie}) for cookie in town.cookies])
        return lambda: next(lines).ask(path)

    def asking(path: str, headers: dict[str, str] | None = None, *, anew: bool = False) -> Callable[[], Any]:
        line = Line(server.port, headers)
        return lambda: line.ask(f"{path}?x={next(fresh)}" if anew else path)

    for name, path in paths:
        compare.show(f"{name}, visitor", requests * CHEAP, asking(path))
    known = asking(town.question, {**BROWSER, "If-None-Match": tag})
    compare.show("question, visitor who has it", requests * CHEAP, known)
    for name, path in paths:
        compare.show(f"{name}, visitor, nothing cached", requests, asking(path, anew=True))
    for name, path in paths:
        compare.show(f"{name}, signed in", requests, asking_in_turn(path))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else REQUESTS)
