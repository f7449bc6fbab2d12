"""What was just written is found, and what was just taken away is not."""

import re
import secrets

import pytest

from tests.stories.client import Client
from tests.stories.server import Server, wait_for

#: Two seconds on a free machine; this one is shared, and the figure is in the benchmarks.
FOUND_WITHIN = 20.0


def new_word() -> str:
    return "zvx" + "".join(secrets.choice("bcdfghjklmnp") for _ in range(10))


def finds(client: Client, word: str) -> bool:
    """Whether a search leads to a question; the word itself stands in the box of every answer."""
    answer = client.get(f"/search?q={word}")
    assert answer.status == 200
    return re.search(rf'href="/(questions|kb)/\d+/[^"]*"[^>]*>[^<]*(<mark>)?[^<]*{word}', answer.text) is not None


def ask(client: Client, word: str) -> str:
    answer = client.post(
        "/questions/ask", title=f"The {word} lamp blinks", text="Day and night.", once=secrets.token_hex(16)
    )
    assert answer.status == 303, answer.text[:2000]
    return answer.location.rpartition("/")[0]


@pytest.mark.slow
def test_a_new_question_is_found_and_a_hidden_one_is_gone_at_once(
    server: Server, clients: dict[str, Client], visitor: Client
) -> None:
    word = new_word()
    path = ask(clients["Mia"], word)
    wait_for(lambda: finds(visitor, word), "the question to be found", FOUND_WITHIN)
    assert clients["Ada"].post(f"{path}/hide", why="It names somebody.").status == 303
    assert not finds(visitor, word)
    assert not finds(clients["Carla"], word)
    assert visitor.get(path).status == 404
    assert word not in visitor.get("/questions").text
    assert clients["Ada"].post(f"{path}/restore").status == 303
    wait_for(lambda: finds(visitor, word), "the restored question to be found", FOUND_WITHIN)
    assert clients["Ada"].post(f"{path}/delete", why="It names somebody.").status == 303
    assert not finds(visitor, word)
    assert f"{path}/" not in visitor.get(f"/similar?title=The+{word}+lamp").text


@pytest.mark.slow
def test_the_text_of_a_hidden_answer_leads_nowhere_and_shows_nowhere(
    server: Server, clients: dict[str, Client], visitor: Client
) -> None:
    title, word = new_word(), new_word()
    path = ask(clients["Mia"], title)
    posted = clients["Aldo"].post(f"{path}/answers", text=f"Turn the {word} knob.", once=secrets.token_hex(16))
    assert posted.status == 303
    answer_id = posted.location.rpartition("-")[2]
    wait_for(lambda: path in visitor.get(f"/search?q={word}").text, "the answer to be found", FOUND_WITHIN)
    assert clients["Ada"].post(f"/answers/{answer_id}/hide", why="It is dangerous.").status == 303
    shown = visitor.get(f"/search?q={title}+{word}").text
    assert f"{word} knob" not in shown
    assert f"{word}</mark> knob" not in shown
    assert word not in visitor.get(f"{path}").text
    wait_for(lambda: path not in visitor.get(f"/search?q={word}").text, "the index to forget it", FOUND_WITHIN)
