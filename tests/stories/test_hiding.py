"""From the moment at which hiding is acknowledged nobody is shown what was hidden, whichever process answers."""

import secrets
import threading
import time
from collections.abc import Iterator

import pytest

from tests.stories.client import Client
from tests.stories.server import Server, wait_for

#: Hidden and shown again so often, while others read all the time.
ROUNDS = 15

READERS = 3

#: After each acknowledgement, on connections of their own, so that both web processes are asked.
LOOKS = 8


class Reader(threading.Thread):
    """Reads one page again and again, and notes for each reading when it was asked for and what it showed."""

    def __init__(self, port: int, path: str, word: str, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.client, self.path, self.word, self.stop = Client(port), path, word, stop
        self.seen: list[tuple[float, bool]] = []

    def run(self) -> None:
        while not self.stop.is_set():
            asked = time.monotonic()
            answer = self.client.get(self.path)
            if answer.status == 200:
                self.seen.append((asked, self.word in answer.text))


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    made = threading.Event()
    yield made
    made.set()


@pytest.mark.slow
def test_nobody_is_shown_what_was_hidden_before_they_asked(
    server: Server, clients: dict[str, Client], visitor: Client, stop: threading.Event
) -> None:
    word = f"zq{secrets.token_hex(6)}"
    asked = clients["Anna"].post(
        "/questions/ask",
        title=f"A light that {secrets.token_hex(4)} blinks",
        text="All day.",
        once=secrets.token_hex(16),
    )
    page = asked.location
    number = page.split("/")[2]
    answered = clients["Bruno"].post(f"/questions/{number}/answers", text=f"Say {word}.", once=secrets.token_hex(16))
    answer = answered.location.rpartition("-")[2]
    wait_for(lambda: word in visitor.get(page).text, "the answer to be on the page")

    readers = [Reader(server.port, page, word, stop) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    hidden: list[tuple[float, float]] = []
    for _ in range(ROUNDS):
        gone = clients["Mia"].post(f"/answers/{answer}/hide", why="A try.")
        since = time.monotonic()
        assert gone.status == 303, gone.text
        assert [word in visitor.get(page).text for _ in range(LOOKS)] == [False] * LOOKS
        before = time.monotonic()
        assert clients["Mia"].post(f"/answers/{answer}/restore").status == 303
        hidden.append((since, before))
        assert [word in visitor.get(page).text for _ in range(LOOKS)] == [True] * LOOKS
    stop.set()
    for reader in readers:
        reader.join(30)

    seen = [one for reader in readers for one in reader.seen]
    within = [shown for asked_at, shown in seen for since, before in hidden if since < asked_at < before - 0.01]
    assert len(seen) > ROUNDS
    assert any(shown for _, shown in seen)
    assert not any(within)
