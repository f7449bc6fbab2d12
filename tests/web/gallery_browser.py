"""A real browser before the gallery, as fixtures for the tests that drive it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.serving import make_server

from tests.chromium import LISTEN, open_chromium
from tests.web.gallery import create_gallery


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    server = make_server("127.0.0.1", 0, create_gallery(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(5)


@pytest.fixture(scope="module")
def browser(address: str) -> Iterator[Any]:
    """Closed before the server is, which waits for whoever still holds a connection."""
    with open_chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def window(browser: Any, address: str) -> Iterator[Any]:
    """What the pages of all tests open in: files that one of them loaded are there for the others."""
    context = browser.new_context(base_url=address)
    context.add_init_script(LISTEN)
    yield context
    context.close()


@pytest.fixture
def page(window: Any) -> Iterator[Any]:
    """A page that fails the test when the console shows an error or the policy stops something."""
    opened = window.new_page()
    opened.complaints = []
    opened.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.on("console", lambda said: opened.complaints.append(said.text) if said.type == "error" else None)
    yield opened
    violations = opened.evaluate("window.violations")
    complaints = [said for said in opened.complaints if "status of 4" not in said]
    opened.close()
    assert not violations
    assert not complaints


def ready(page: Any, path: str, width: int = 1280, scheme: str = "light") -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.goto(path)
    page.wait_for_load_state("load")
