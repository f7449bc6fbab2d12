"""Give back what a big piece of work used, for an idle process should be small."""

import ctypes
import gc
import sys


def release() -> None:
    """Return free memory to the system; where the C library cannot, nothing happens."""
    gc.collect()
    if not sys.platform.startswith("linux"):
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
