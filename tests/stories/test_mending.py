"""The index is filled anew, damaged or taken away while people search: every answer still shows what there is."""

import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.stories.client import Client
from tests.stories.server import Server, wait_for
from tests.stories.test_finding import ask, new_word

QUESTIONS = 12

#: A process that begins from nothing and fills an index, on a machine that others use.
MENDED_WITHIN = 120.0

#: What the page says while only titles are searched.
RENEWED = "The index is being renewed"


@dataclass
class Seen:
    """What those saw who searched without pause."""

    shown: list[int] = field(default_factory=list)
    from_titles: int = 0


def look(server: Server, word: str, number: int = 0) -> tuple[int, bool]:
    """How many questions a search shows, and whether it was the index that answered."""
    answer = Client(server.port).get(f"/search?q={word}&look={number}")
    assert answer.status == 200
    return len(set(re.findall(r'href="/questions/(\d+)/', answer.text))), RENEWED not in answer.text


@pytest.fixture(scope="module")
def word(server: Server, clients: dict[str, Client]) -> str:
    """A word that a few questions have in their titles, all of them in the index."""
    word = new_word()
    for _ in range(QUESTIONS):
        ask(clients["Mia"], word)
    wait_for(lambda: look(server, word) == (QUESTIONS, True), "the questions to be in the index")
    return word


@contextmanager
def searching(server: Server, word: str) -> Iterator[Seen]:
    """Search meanwhile, about ten times a second."""
    seen = Seen()
    done = threading.Event()

    def search() -> None:
        number = 0
        while not done.wait(0.1):
            number += 1
            shown, by_index = look(server, word, number)
            seen.shown.append(shown)
            seen.from_titles += not by_index

    thread = threading.Thread(target=search)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join(60)


@pytest.mark.sweep
@pytest.mark.timeout(300)
def test_a_new_index_is_filled_while_people_search_and_no_page_is_empty(server: Server, word: str) -> None:
    with searching(server, word) as seen:
        for _ in range(3):
            server.run("reindex")
    assert len(seen.shown) > 10
    assert set(seen.shown) == {QUESTIONS}
    assert seen.from_titles == 0


def spoil(folder: Path) -> None:
    for path in folder.glob("generation-*/*.seg"):
        path.write_bytes(b"\xff" * path.stat().st_size)


def cut(folder: Path) -> None:
    for path in folder.glob("generation-*/*.seg"):
        path.write_bytes(path.read_bytes()[:100])


def make_old(folder: Path) -> None:
    for path in folder.glob("generation-*/made-with"):
        path.write_text("analysis 0, weighing 0, schema 0")


@pytest.mark.sweep
@pytest.mark.timeout(600)
@pytest.mark.parametrize("harm", [spoil, cut, make_old, shutil.rmtree])
def test_an_index_that_cannot_be_used_mends_itself_while_titles_are_searched(
    server: Server, word: str, clients: dict[str, Client], harm: object
) -> None:
    if server.settings.database_url.startswith("postgresql"):
        pytest.skip("there are no files to harm")
    with searching(server, word) as seen:
        assert callable(harm)
        harm(server.settings.index_folder)
        if harm is not make_old:
            wait_for(lambda: seen.from_titles > 0, "somebody to notice")
        wait_for(lambda: is_sound(server), "the index to be mended", MENDED_WITHIN)
        wait_for(lambda: look(server, word) == (QUESTIONS, True), "the index to answer")
    assert set(seen.shown) == {QUESTIONS}
    another = new_word()
    ask(clients["Mia"], another)
    wait_for(lambda: look(server, another) == (1, True), "a new question to be found", MENDED_WITHIN)


def is_sound(server: Server) -> bool:
    from search_index.whoosh_index import WhooshIndex

    return WhooshIndex(server.settings.index_folder).needs_rebuild() is None
