"""What the first visit costs somebody with a slow telephone on a slow line, by Chromium, on the demo.

python -m benchmarks.first_view [NAME ...]
"""

import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from docs.screenshots import AGENT, CUSTOMER, MODERATOR, free_port, sign_in, start_demo
from tests.chromium import ARGUMENTS, CHROMIUM

#: A telephone of the middle class some years ago, where the network is weak.
SLOWER = 4
ROUND_TRIP = 150
BYTES_PER_SECOND = 1_600_000 / 8

PHONE = {"width": 390, "height": 844}
#: Other work on the machine only ever makes it slower: the best of these is nearest to what the page costs.
VISITS = 5

#: Each page in its own window, so that nothing is kept from the page before.
OBSERVE = """
window.seen = {lcp: 0, cls: 0, slow: []};
new PerformanceObserver((list) => { for (const e of list.getEntries()) seen.lcp = e.startTime; })
  .observe({type: 'largest-contentful-paint', buffered: true});
new PerformanceObserver((list) => { for (const e of list.getEntries()) if (!e.hadRecentInput) seen.cls += e.value; })
  .observe({type: 'layout-shift', buffered: true});
new PerformanceObserver((list) => { for (const e of list.getEntries()) if (e.interactionId) seen.slow.push(e.duration); })
  .observe({type: 'event', buffered: true, durationThreshold: 16});
"""


@dataclass(frozen=True)
class View:
    """A page as somebody sees it; `link` leads there from `start`, `typed` is written into `field`."""

    name: str
    start: str
    link: str = ""
    who: str = ""
    field: str = "[name=q]"
    typed: str = "luce rossa"


VIEWS = (
    View("front", "/", field=".counter__search [name=q]"),
    View("list", "/questions?tab=solved"),
    View("question", "/search?q=PON+lampeggia+trasloco&kind=question", "PON lampeggia"),
    View("article", "/kb", "Orvella Box 4"),
    View("search", "/search?q=luce+rossa"),
    View("ask", "/questions/ask", who=CUSTOMER, field="[name=title]", typed="luce rossa sul router"),
    View("sign-in", "/account/sign-in", field="[name=email]", typed="anna@example.it"),
    View("review", "/review", who=MODERATOR, field="[name=why]"),
    View("ticket", "/tickets?tab=resolved", "Nessuna connessione", AGENT, "[name=text]"),
)


@dataclass(frozen=True)
class Visit:
    lcp: float
    cls: float
    slowest: float
    size: int
    requests: int


def visit(browser: Browser, address: str, path: str, view: View, state: Any) -> Visit:
    """One first visit: nothing is kept, a finger opens a menu, a field is written in."""
    context = browser.new_context(
        base_url=address, viewport=PHONE, device_scale_factor=2, has_touch=True, locale="it-IT", storage_state=state
    )
    context.add_init_script(OBSERVE)
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": ROUND_TRIP,
            "downloadThroughput": BYTES_PER_SECOND,
            "uploadThroughput": BYTES_PER_SECOND,
        },
    )
    wire.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    sizes: list[int] = []
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(path, wait_until="load")
    page.wait_for_timeout(1_000)
    size, requests = sum(sizes), len(sizes)
    shown = page.evaluate("seen")
    field = page.locator(view.field).first
    field.tap()
    field.press_sequentially(view.typed, delay=120)
    if view.who:
        page.locator("[popovertarget=account-menu]").tap()
    page.wait_for_timeout(1_500)
    slow = page.evaluate("seen.slow")
    context.close()
    return Visit(shown["lcp"], shown["cls"], max(slow, default=0), size, requests)


def main(names: list[str]) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with ExitStack() as stack:
        data = stack.enter_context(tempfile.TemporaryDirectory())
        server, password = start_demo(data, address, port)
        stack.callback(server.wait, 20)
        stack.callback(server.terminate)
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        stack.callback(browser.close)
        states: dict[str, Any] = {"": None}
        print(f"{'view':<10} {'LCP ms':>8} {'CLS':>7} {'slowest ms':>11} {'kB':>6} {'requests':>9}")
        for view in [each for each in VIEWS if not names or each.name in names]:
            path = _way_to(browser, address, view, password, states)
            seen = [visit(browser, address, path, view, states[view.who]) for _ in range(VISITS)]
            print(
                f"{view.name:<10} {min(each.lcp for each in seen):>8.0f}"
                f" {max(each.cls for each in seen):>7.4f} {min(each.slowest for each in seen):>11.0f}"
                f" {max(each.size for each in seen) / 1000:>6.1f} {max(each.requests for each in seen):>9}",
                flush=True,
            )


def _way_to(browser: Browser, address: str, view: View, password: str, states: dict[str, Any]) -> str:
    """The path of the page, after looking for its link where it has one; whoever looks is signed in by then."""
    context = browser.new_context(base_url=address, locale="it-IT", storage_state=states.get(view.who))
    page = context.new_page()
    if view.who not in states:
        sign_in(page, address, view.who, password)
        states[view.who] = context.storage_state()
    page.goto(view.start)
    if view.link:
        page.locator("main a", has_text=view.link).first.click()
        page.wait_for_load_state()
    path = page.url.removeprefix(address)
    context.close()
    return path


if __name__ == "__main__":
    main(sys.argv[1:])
