"""What a web process runs: made once in the parent, so that the processes forked from it share the memory."""

import ctypes
import os
import threading
from functools import lru_cache
from typing import Any

import config
from forum.app import FORM_BYTES, LARGER, create_app
from forum.base.changes import Changes
from forum.base.parts import EXTENSION
from forum.web.brand import watch
from forum.web.health import METER
from forum.web.maintenance import CLOSED_FILE
from forum.web.shelf import KeptPages
from forum.web.wire import Gate

#: Seconds between two looks at whether the parent still lives.
ORPHAN_WATCH = 0.5


#: `M_MMAP_THRESHOLD` of glibc, and from which size on a block is given back to the machine as soon as it is free.
MMAP_THRESHOLD, LARGE_BLOCK = -3, 1024 * 1024


@lru_cache(maxsize=1)
def application() -> Any:
    """The application, before any connection or thread exists."""
    give_back_large_blocks()
    return create_app(config.with_secret(config.load()))


def make_app() -> Gate:
    """The application of one web process, with the threads that belong to it."""
    app = application()
    parts = app.extensions[EXTENSION]
    parts.measures.start()
    watch(parts)
    threading.Thread(target=leave_with_parent, args=(os.getppid(),), daemon=True).start()
    changes, count = Changes(parts.store), app.extensions[METER].count
    settings = parts.settings
    closed_file = settings.data / CLOSED_FILE
    shelf = KeptPages(changes, parts.measures, settings.languages, count, closed_file)
    return Gate(app, FORM_BYTES, settings.threads, LARGER, shelf, settings.trusted_proxies > 0, settings.languages)


def give_back_large_blocks() -> None:
    """Tell the C library to keep no large blocks for later: each worker would hold the 19 MiB of its last password hash.

    Without this glibc raises its threshold by itself with the first large block that is freed.
    """
    try:
        ctypes.CDLL(None).mallopt(MMAP_THRESHOLD, LARGE_BLOCK)
    except (AttributeError, OSError):
        return  # another C library, which has its own habits


def leave_with_parent(parent: int) -> None:
    """End this process when its parent is gone, so that a killed server leaves nobody on its port."""
    pause = threading.Event()
    while not pause.wait(ORPHAN_WATCH):
        if os.getppid() != parent:
            os._exit(1)
