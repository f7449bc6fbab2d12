"""Kill the courier in its commits to the index, 25 times on each kind of database, and print what was found.

python -m benchmarks.kill_courier [ROUNDS]
"""

import sys
import tempfile
from pathlib import Path

from tests.databases import postgresql_server
from tests.search.killing_courier import play

ROUNDS = 25


def main(rounds: int) -> None:
    print(f"{'':12}{'rounds':>8}{'not sound':>11}{'were behind':>13}{'seconds, most':>15}{'differences after':>19}")
    with tempfile.TemporaryDirectory() as folder:
        show("SQLite", Path(folder), f"sqlite:///{folder}/forum.sqlite", rounds)
    with postgresql_server() as url, tempfile.TemporaryDirectory() as folder:
        show("PostgreSQL", Path(folder), url, rounds)


def show(name: str, folder: Path, url: str, rounds: int) -> None:
    seen = play(folder, url, rounds)
    unsound = sum(not each.was_sound for each in seen)
    behind = sum(each.behind > 0 for each in seen)
    longest, wrong = max(each.seconds for each in seen), sum(each.differences for each in seen)
    print(f"{name:12}{len(seen):8}{unsound:11}{behind:13}{longest:15.1f}{wrong:19}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
