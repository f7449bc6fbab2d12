"""How long a start takes until the first answer, and the memory of the idle process tree.

python -m benchmarks.starting [STARTS]
"""

import sys
import tempfile
import time
from pathlib import Path

from benchmarks.serving import processor_time
from tests.stories.server import Server

STARTS = 3

#: Until what only the start needed is done.
SETTLED = 8.0


def main(starts: int) -> None:
    """Start an installation of its own: the first time with everything to make, then as every day."""
    print(f"{'start':<10} {'ready s':>8} {'CPU s':>8} {'PSS MiB':>8} {'processes':>10}")
    with tempfile.TemporaryDirectory() as folder:
        for number in range(starts):
            server = Server(Path(folder))
            ready = server.start()
            try:
                time.sleep(SETTLED)
                name = "first" if number == 0 else f"{number + 1}."
                taken = processor_time(server.tree())
                print(
                    f"{name:<10} {ready:>8.2f} {taken:>8.2f} {server.pss() / 2**20:>8.0f} {len(server.tree()):>10}",
                    flush=True,
                )
            finally:
                server.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else STARTS)
