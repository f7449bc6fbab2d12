"""Every door, tried by everybody: what comes of it is the table in docs/role-matrix.md.

SPORTELLO_WRITE_DOCS=1 python -m pytest tests/web/test_role_matrix.py
"""

import os
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from config import Settings
from forum.accounts.models import User
from forum.base.clock import utc_now
from forum.base.parts import Parts
from tests import doors
from tests.doors import GET, NO_PAGES, POST, fill, fill_form
from tests.ground import made_once
from tests.town import PASSWORD, Town, build_town, hashed
from tests.web.doors_tried import WHO, still_signed_in, undone, visitors

PAGE = Path(__file__).parents[2] / "docs" / "role-matrix.md"
HEAD = """# Who may do what

Made by `tests/web/test_role_matrix.py`, which tries every address with a sound request as everybody, and compares.
`yes`: it was done or shown. `sign in`: a visitor is asked to come in first. `no`: refused with a reason (403).
`nothing there`: the same answer as for what does not exist (404). Other words are in the cells. Anna asked the question,
wrote nothing else; Carla wrote the comment; the answers are somebody else's, Bruno's.
"""

NAMES = {
    "visitor": "visitor", "anna": "Anna, who asked", "carla": "Carla, who commented", "elena": "Elena, editor",
    "mia": "Mia, moderator and editor", "aldo": "Aldo, agent", "ada": "Ada, administrator",
}  # fmt: skip

WORDS = {401: "sign in", 403: "no", 404: "nothing there", 409: "too late", 410: "gone", 422: "not so"}


@made_once
def town(session: Session, cast: dict[str, User], settings: Settings) -> Town:
    kept = hashed(PASSWORD)
    for person in cast.values():
        person.password_hash = kept
    made = build_town(session, cast, settings, utc_now())
    session.commit()
    return made


def word(status: int, location: str, who: str) -> str:
    if status == 303 and "/account/sign-in?next=" in location and who == "visitor":
        return "sign in"
    if status in (200, 201, 302, 303, 308):
        return "yes"
    return WORDS.get(status, str(status))


def test_every_route_has_its_door(app: Flask) -> None:
    rules = {rule.endpoint: rule.methods or set() for rule in app.url_map.iter_rules()}
    is_page = {name for name, methods in rules.items() if "GET" in methods and not name.startswith("api.")}
    assert is_page == set(GET) | set(NO_PAGES)
    unsafe = {name for name, methods in rules.items() if methods & {"POST", "PUT", "PATCH", "DELETE"}}
    assert {name for name in unsafe if not name.startswith("api.")} == set(POST)


@pytest.mark.timeout(600)
def test_the_table_of_the_docs_is_true(
    settings: Settings, parts: Parts, session: Session, cast: dict[str, User], town: Town, browser: Any
) -> None:
    clients = visitors(cast, browser)
    lines = ["## To look at", "", *head()]
    for endpoint in sorted(GET):
        path = fill(GET[endpoint][0], town, PASSWORD)
        lines.append(line(GET[endpoint][0], [try_get(clients[who], path, who) for who in WHO]))
    lines += ["", "## To send", "", *head()]
    for endpoint in sorted(POST):
        tried = [try_post(parts, session, clients[who], endpoint, town, who) for who in WHO]
        lines.append(line(POST[endpoint].path, tried))
    made = HEAD + "\n" + "\n".join(lines) + "\n"
    assert not [row for row in lines if any(cell.strip().isdigit() for cell in row.split("|"))]
    if os.environ.get("SPORTELLO_WRITE_DOCS"):
        PAGE.write_text(made, encoding="utf-8")
    assert made == PAGE.read_text(encoding="utf-8")


def head() -> list[str]:
    return ["| Address | " + " | ".join(NAMES[who] for who in WHO) + " |", "|---" * (len(WHO) + 1) + "|"]


def line(path: str, cells: list[str]) -> str:
    return f"| `{path}` | " + " | ".join(cells) + " |"


def try_get(client: Any, path: str, who: str) -> str:
    answer = client.get(path)
    if answer.status_code == 308:
        answer = client.get(answer.location)
    return word(answer.status_code, answer.location or "", who)


def try_post(parts: Parts, session: Session, client: Any, endpoint: str, town: Town, who: str) -> str:
    door = doors.POST[endpoint]
    with still_signed_in(client), undone(parts.store, session):
        answer = client.send(fill(door.path, town), fill_form(door, town, PASSWORD))
    return word(answer.status_code, answer.location or "", who)
