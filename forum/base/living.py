"""Names for those who work in a process, by which others on the same machine know whether they still live."""

import hashlib
import os
import secrets
import socket
from pathlib import Path

#: Tells the processes of this machine from those of another one.
HOST = hashlib.sha256(socket.gethostname().encode()).hexdigest()[:8]

PROCESSES = Path("/proc")

#: States of a process that has ended: only its parent has not asked yet how.
ENDED = ("Z", "X", "x")


def name_here() -> str:
    """A new name for somebody who works in this process; at most 40 letters."""
    return f"{HOST}.{os.getpid()}.{begun(os.getpid())}.{secrets.token_hex(3)}"


def is_gone(name: str) -> bool:
    """Whether the process of somebody on this machine has ended; another with its number does not count for it."""
    if not name.startswith(f"{HOST}."):
        return False
    _, number, when, *_ = name.split(".")
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        # Another user's, of which the system need not tell us more.
        return False
    return begun(int(number)) != when


def begun(number: int) -> str | None:
    """When a process began, in ticks of the kernel since the machine did (proc(5), stat); None if it has ended.

    Where the system does not tell, all have begun at 0.
    """
    if not PROCESSES.joinpath("self").exists():
        return "0"
    try:
        told = PROCESSES.joinpath(str(number), "stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The second field is the name of the program, which may hold anything.
    state, *fields = told.rpartition(")")[2].split()
    return None if state in ENDED else fields[18]
