"""Eight people search for a minute while questions are hidden and restored at random, and the index is filled anew.

python -m benchmarks.hiding [SECONDS]

The application itself, its index and one courier in one process, on each kind of database.
"""

import sys
import tempfile
from pathlib import Path

from tests.databases import postgresql_server
from tests.search.hiding import SEARCHERS, play

SECONDS = 60.0


def main(seconds: float) -> None:
    print(f"{'':12}{'searches':>10}{'changes':>9}{'filled anew':>13}{'hidden shown, empty or failed':>31}")
    with tempfile.TemporaryDirectory() as folder:
        show("SQLite", Path(folder), f"sqlite:///{folder}/forum.sqlite", seconds)
    with postgresql_server() as url, tempfile.TemporaryDirectory() as folder:
        show("PostgreSQL", Path(folder), url, seconds)


def show(name: str, folder: Path, url: str, seconds: float) -> None:
    seen = play(folder, url, seconds)
    print(f"{name:12}{seen.searches:10,}{seen.changes:9,}{seen.rebuilt:13}{len(seen.wrong):31}", flush=True)
    for wrong in seen.wrong[:10]:
        print(f"  {wrong}")


if __name__ == "__main__":
    print(f"{SEARCHERS} search")
    main(float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS)
