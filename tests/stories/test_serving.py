"""What the whole process tree costs, and how soon it is there."""

import os
from typing import Any

import pytest

from tests.stories.server import Server

#: What an idle installation may take, with two workers and the courier.
MEMORY = 250 * 1024 * 1024


@pytest.mark.slow
def test_an_idle_installation_fits_into_its_memory(server: Server, record_property: Any) -> None:
    used = server.pss()
    record_property("pss_bytes", used)
    if os.environ.get("SPORTELLO_SHOW_FIGURES"):
        print(f"PSS of the tree: {used / 1024 / 1024:.0f} MB in {len(server.tree())} processes")  # noqa: T201
    assert used < MEMORY
