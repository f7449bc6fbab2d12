"""The real browser of the tests: skipped, with the reason, where there is none; missed loudly where one is required."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import pytest

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
#: Two pages of the browser itself behind each address bar, which take a second of CPU for each window.
ADDRESS_BAR = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup")

#: What playwright does without; the last list that Chromium is given is the only one it reads.
SURPRISES = (
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsFirstBalancedModeAutoEnable"),
    *("HttpsUpgrades", "LensOverlay", "MediaRouter", "OptimizationHints", "PaintHolding", "PreconnectToSearch"),
    *("NetworkTimeServiceQuerying", "ThirdPartyStoragePartitioning"),
)

ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
    f"--disable-features={','.join((*ADDRESS_BAR, *SURPRISES))}",
]

#: WCAG 2.2 A and AA, as axe calls them.
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}

#: What is well, or does not apply, is counted but not told node by node.
REPORTED = {"resultTypes": ["violations"]}

LISTEN = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""


def do_without(reason: str) -> NoReturn:
    """Skip, unless whoever runs the tests said that a browser must be there."""
    if os.environ.get("SPORTELLO_REQUIRE_BROWSER") == "1":
        pytest.fail(f"{reason}, and SPORTELLO_REQUIRE_BROWSER is set")
    pytest.skip(reason)


@contextmanager
def open_chromium() -> Iterator[Any]:
    """A browser of its own for whoever asks."""
    if not CHROMIUM.exists():
        do_without(f"there is no Chromium at {CHROMIUM}")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        do_without("playwright is not installed (extra: test)")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield opened
        opened.close()


def new_context(browser: Any, base_url: str, *, javascript: bool = True, **options: Any) -> Any:
    """A window of its own whose complaints are collected in `context.complaints`."""
    context = browser.new_context(base_url=base_url, java_script_enabled=javascript, **options)
    context.set_default_timeout(20_000)
    context.complaints = []
    if javascript:
        context.add_init_script(LISTEN)

    def listen(page: Any) -> None:
        page.on("pageerror", lambda error: context.complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda said: _note(context, page, said))

    context.on("page", listen)
    return context


def _note(context: Any, page: Any, said: Any) -> None:
    """Keep what the console calls an error; that a page was refused is no error of the page."""
    if said.type == "error" and "status of 4" not in said.text:
        context.complaints.append(f"{page.url}: {said.text}")


def objections(page: Any, rules: dict[str, Any] = RULES) -> list[str]:
    """What axe has against a page; its half a megabyte of script is brought once to each page that is opened."""
    module = pytest.importorskip("axe_playwright_python.base", reason="axe is not installed (extra: test)")
    if not page.evaluate("'axe' in window"):
        page.evaluate(module.AXE_SCRIPT)
    found = page.evaluate("(rules) => axe.run(rules).then((seen) => seen.violations)", rules | REPORTED)
    return [f"{each['id']} {[node['html'][:160] for node in each['nodes'][:3]]}" for each in found]


def violations(page: Any) -> list[str]:
    """What the security policy of the page stopped since it was opened."""
    found: list[str] = page.evaluate("window.violations || []")
    return found
