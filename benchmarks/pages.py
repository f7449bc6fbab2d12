"""What pages cost the web processes, beside a bare Flask view that returns a stored page of the same size.

python -m benchmarks.pages [REQUESTS]
"""

import sys
import tempfile
from itertools import count
from pathlib import Path

from benchmarks.serving import BROWSER, Line, bare_server, cost
from benchmarks.town import Town, build
from tests.stories.server import Server

REQUESTS = 300

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
            with bare_server(Path(folder), page) as (port, tree):
                line = Line(port)
                bare = cost(tree, requests * CHEAP, lambda _: line.ask("/"))
            print(f"question page: {len(plain):,} bytes, {len(page):,} compressed; {requests} requests each")
            print(f"{'page':<34} {'ms CPU':>8} {'of bare':>8}")
            show("bare view, stored page", bare, bare)
            measure(server, town, requests, bare)
        finally:
            server.stop()


def measure(server: Server, town: Town, requests: int, bare: float) -> None:
    """One line for each kind of page and reader."""
    fresh = count()
    visitor, member = Line(server.port), Line(server.port, {**BROWSER, "Cookie": town.cookies[0]})
    tag = str(visitor.ask(town.question)[0].headers.get("ETag", '"none"'))
    paths = (("question", town.question), ("list", "/questions"), ("front page", "/"), ("article", town.article))
    for name, path in paths:
        show(f"{name}, visitor", cost(server.tree, requests * CHEAP, lambda _, path=path: visitor.ask(path)), bare)
    seen = cost(server.tree, requests * CHEAP, lambda _: visitor.ask(town.question, **{"If-None-Match": tag}))
    show("question, visitor who has it", seen, bare)
    for name, path in paths:
        uncached = cost(server.tree, requests, lambda _, path=path: visitor.ask(f"{path}?x={next(fresh)}"))
        show(f"{name}, visitor, nothing cached", uncached, bare)
    for name, path in paths:
        show(f"{name}, signed in", cost(server.tree, requests, lambda _, path=path: member.ask(path)), bare)


def show(name: str, taken: float, bare: float) -> None:
    print(f"{name:<34} {taken:>8.3f} {bare / taken:>8.1%}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else REQUESTS)
