"""Kill the whole process tree again and again while six people post, and print what each round showed.

python -m benchmarks.kill [ROUNDS]
"""

import sys
import tempfile
from pathlib import Path

from tests.databases import postgresql_server
from tests.stories.killing import play_round
from tests.stories.server import Server
from tests.stories.test_killing import make_posters

ROUNDS = 20


def main(rounds: int) -> None:
    """Play on new installations, one on each kind of database; stops with the round that lost or doubled something."""
    play("SQLite", rounds, "")
    with postgresql_server() as url:
        play("PostgreSQL", rounds, url)
    print("Nothing acknowledged was lost, nothing was doubled, and the index agreed after every round.")


def play(name: str, rounds: int, database_url: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder), database_url)
        print(f"{name}, first start: ready after {server.start():.1f} s")
        try:
            clients = make_posters(server)
            print(f"{'round':>5} {'kept':>6} {'open':>6} {'retried':>8} {'unasked':>8} {'ready s':>8} {'index s':>8}")
            for number in range(1, rounds + 1):
                seen = play_round(server, clients, number)
                print(
                    f"{number:>5} {seen.acknowledged:>6} {seen.unanswered:>6} {seen.retried:>8} "
                    f"{seen.kept_unasked:>8} {seen.ready_after:>8.1f} {seen.index_after:>8.1f}",
                    flush=True,
                )
        finally:
            server.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
