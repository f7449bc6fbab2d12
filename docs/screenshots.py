"""Take the pictures of the docs: `python -m docs.screenshots [NAME ...]` starts the demo in a folder of its own."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parent.parent
FOLDER = Path(__file__).parent / "screenshots"

#: Longer than the demo takes to be made on a slow machine.
PATIENCE = 240

#: More are not seen on pages of flat colours, and the file is a third.
COLOURS = 160

TRIES = 5

DESK, PHONE = (1280, 860), (390, 844)

CUSTOMER, MODERATOR, AGENT = "anna@example.it", "mia@example.com", "aldo@example.com"


@dataclass(frozen=True)
class Picture:
    """One page as somebody sees it; `path` may be the words of a link that leads there from `start`."""

    name: str
    start: str
    link: str = ""
    size: tuple[int, int] = DESK
    scheme: str = "light"
    who: str = ""
    language: str = "en-GB"


SOLVED = "/search?q=PON+lampeggia+trasloco&kind=question"

PICTURES = (
    Picture("front", "/"),
    Picture("front-phone", "/", size=PHONE, language="it-IT"),
    Picture("question", SOLVED, "PON lampeggia"),
    Picture("question-phone", SOLVED, "PON lampeggia", PHONE, "dark", language="it-IT"),
    Picture("ask", "/questions/ask?title=Luce+rossa+sul+router+dopo+il+temporale", who=CUSTOMER),
    Picture("search", "/search?q=roaming"),
    Picture("search-phone", "/search?q=luce+rossa", size=PHONE, language="it-IT"),
    Picture("article", "/kb", "Orvella Box 4", scheme="dark"),
    Picture("review", "/kb/drafts", "Stolen or lost phone", who=MODERATOR),
    Picture("ticket", "/tickets?tab=resolved", "Nessuna connessione", who=AGENT),
    Picture("flagged", "/review", who=MODERATOR),
    Picture("contact", "/contacts?q=diop", "Fatou Diop", who=AGENT),
    Picture("help-phone", "/help", size=PHONE, language="it-IT"),
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_demo(data: str, address: str, port: int) -> tuple[subprocess.Popen[str], str]:
    """The server's process and the password of everybody in the demo."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SPORTELLO_")},
        "SPORTELLO_DATA": data,
        "SPORTELLO_PORT": str(port),
        "SPORTELLO_BASE_URL": address,
    }
    server = subprocess.Popen(
        [sys.executable, "run.py", "--demo"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    password = ""
    for line in server.stdout:
        password = password or "".join(re.findall(r"password (\S+) as", line))
        if "is open at" in line:
            break
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/search?q=router", timeout=5) as answer:
                if b"/questions/" in answer.read():
                    return server, password
        except OSError:
            pass
        time.sleep(0.5)
    server.terminate()
    raise SystemExit("The demo did not start in time.")


def sign_in(page: Page, address: str, email: str, password: str) -> None:
    """As somebody of the demo; once more where it is still busy with having been made."""
    for _ in range(TRIES):
        page.goto(f"{address}/account/sign-in")
        page.fill("[name=email]", email)
        page.fill("[name=password]", password)
        page.click("main [data-submit]")
        page.wait_for_load_state()
        if page.url == f"{address}/":
            return
        page.wait_for_timeout(5_000)
    raise SystemExit(f"{email} could not sign in.")


def take(browser: Browser, picture: Picture, address: str, password: str) -> Path:
    """One picture, in the fewest colours that still look the same."""
    context = browser.new_context(
        viewport={"width": picture.size[0], "height": picture.size[1]},
        color_scheme="dark" if picture.scheme == "dark" else "light",
        locale=picture.language,
        reduced_motion="reduce",
    )
    page = context.new_page()
    if picture.who:
        sign_in(page, address, picture.who, password)
    page.goto(f"{address}{picture.start}")
    if picture.link:
        page.locator("main a", has_text=picture.link).first.click()
        page.wait_for_load_state()
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement?.blur(); scrollTo(0, 0)")
    path = FOLDER / f"{picture.name}.png"
    page.screenshot(path=path)
    context.close()
    with Image.open(path) as taken:
        fewer = taken.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    fewer.save(path, optimize=True)
    return path


def main(names: list[str]) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    FOLDER.mkdir(exist_ok=True)
    with ExitStack() as stack:
        data = stack.enter_context(tempfile.TemporaryDirectory())
        server, password = start_demo(data, address, port)
        stack.callback(server.wait, 20)
        stack.callback(server.terminate)
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        stack.callback(browser.close)
        for picture in [each for each in PICTURES if not names or each.name in names]:
            path = take(browser, picture, address, password)
            print(f"{path.relative_to(ROOT)}  {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
