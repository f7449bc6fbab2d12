"""What is sent by mistake or in malice: one sentence, nothing changed, never our mistake, never slow."""

import re
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from sqlalchemy.orm import Session

from config import Settings
from forum.accounts.models import User
from forum.base.clock import utc_now
from forum.base.parts import Parts
from tests.attacks.test_addresses import ARGUMENTS
from tests.base.hostile import COSTLY, SCRIPTED
from tests.doors import GET, POST, fill, fill_form
from tests.ground import made_once
from tests.town import PASSWORD, Town, build_town, hashed
from tests.web.doors_tried import changed, everything, says_one_thing, still_signed_in, undone, unless_refused, visitors

#: Seconds of CPU that no request may take, whatever it holds.
BUDGET = 2.0

#: Field values as they are on the wire.
WRONG: dict[str, str] = {
    "missing": "",
    "empty": "",
    "blank": "+%20%09%C2%A0",
    "too long": "x" * 31_000,
    "one long line": "%F0%9F%9B%9F" * 30_000,
    "NUL": "a%00b",
    "only NUL": "%00",
    "broken UTF-8": "a%FF%FEb",
    "cut UTF-8": "a%E2%82",
    "lone surrogate": "a%ED%A0%80b",
    "turned around": "%E2%80%AEabc",
    "controls": "a%01%1B%7Fb",
    "line break": "a%0D%0Ab:+c",
    "zero": "0",
    "negative": "-1",
    "2^31": str(2**31),
    "2^63": str(2**63),
    "10^30": str(10**30),
    "another three": quote("٣"),
    "not whole": "1.5",
    "SQL": quote_plus("1' OR '1'='1"),
    "address": quote_plus("//evil.example/?q=<script>"),
}

#: What a database has an opinion about.
STORED = ("NUL", "broken UTF-8", "lone surrogate", "too long", "2^31", "2^63", "10^30", "another three")

#: Numbers that a database may find too large, and others that no address takes for a number.
LARGE_IDS = ("0", str(2**31), str(2**63 - 1), str(2**63), str(10**30))
IDS = (*LARGE_IDS, "-1", "00", "01", quote("٣"), "1.0", "a", "1%00")


@made_once
def town(session: Session, cast: dict[str, User], settings: Settings) -> Town:
    kept = hashed(PASSWORD)
    for person in cast.values():
        person.password_hash = kept
    made = build_town(session, cast, settings, utc_now())
    session.commit()
    return made


@pytest.fixture
def clients(town: Town, cast: dict[str, User], browser: Any) -> dict[str, Any]:
    return visitors(cast, browser) | {"bruno": browser(cast["bruno"])}


class Watched:
    """Measures a request by the CPU it takes."""

    def __init__(self) -> None:
        self.worst = 0.0

    def __call__(self, send: Any, *arguments: Any, **kwargs: Any) -> Any:
        begun = time.process_time()
        answer = send(*arguments, **kwargs)
        took = time.process_time() - begun
        self.worst = max(self.worst, took)
        assert took < BUDGET, f"{took:.1f} s for {arguments[0]}"
        return answer


def readable(answer: Any, what: str) -> None:
    """The answer is no mistake of ours; a refusal is one a person can read."""
    assert answer.status_code < 500, f"{what}: {answer.status_code}\n{answer.text[:1500]}"
    if answer.status_code >= 400:
        assert says_one_thing(answer.text) or answer.is_json, f"{what}: {answer.status_code} says nothing"


def check(answer: Any, what: str, before: Any, parts: Parts) -> None:
    """The same, and it changed nothing."""
    readable(answer, what)
    if answer.status_code >= 400:
        assert not changed(before, everything(parts.store)), f"{what}: {answer.status_code} and yet something changed"


def wire(client: Any, form: dict[str, Any], wrong: str, value: str | None) -> bytes:
    """The form as a browser would send it, but for one field; None leaves that out."""
    pairs = [("csrf_token", client.form_token())]
    for name, content in form.items():
        if name != wrong:
            pairs += [(name, quote_plus(each)) for each in (content if isinstance(content, list) else [content])]
    if value is not None:
        pairs.append((wrong, value))
    return "&".join(f"{name}={content}" for name, content in pairs).encode("ascii")


def fields() -> Iterator[tuple[str, str]]:
    for endpoint, door in sorted(POST.items()):
        for name in (*door.form, "once"):
            yield endpoint, name


@pytest.mark.timeout(600)
def test_no_field_of_any_form_breaks_anything(
    parts: Parts, session: Session, town: Town, clients: dict[str, Any]
) -> None:
    watched = Watched()
    session.commit()
    before = everything(parts.store)
    for endpoint, field in fields():
        door = POST[endpoint]
        client = clients[door.who]
        form = fill_form(door, town, PASSWORD)
        path = fill(door.path, town)
        with undone(parts.store, session):
            for kind in WRONG if parts.store.is_sqlite else STORED:
                body = wire(client, form, field, None if kind == "missing" else WRONG[kind])
                with still_signed_in(client), unless_refused(parts.store) as outcome:
                    answer = watched(client.post, path, data=body, content_type="application/x-www-form-urlencoded")
                    outcome.append(answer.status_code)
                readable(answer, f"{endpoint}, {field}: {kind}")
            assert not changed(before, everything(parts.store)), f"{endpoint}, {field}: refused, and yet changed"


def numbered() -> Iterator[tuple[str, str, str, str]]:
    """Method, who, and the address around each id in it."""
    for method, doors in (("GET", {name: (paths[0], "ada") for name, paths in GET.items()}),
                          ("POST", {name: (door.path, door.who) for name, door in POST.items()})):  # fmt: skip
        for name, (path, who) in sorted(doors.items()):
            for found in re.finditer(r"\{\w+\}", path.partition("?")[0]):
                if name.startswith("accounts.") and "tok" not in path and "sessions" not in path:
                    continue
                yield method, who, path[: found.start()], path[found.end() :]


def test_an_id_that_cannot_be_leads_nowhere(parts: Parts, session: Session, town: Town, clients: Any) -> None:
    before = everything(parts.store)
    for method, who, left, right in numbered():
        client, around = clients[who], (fill(left, town), fill(right, town))
        with undone(parts.store, session):
            for number in IDS if parts.store.is_sqlite else LARGE_IDS:
                path = number.join(around)
                answer = client.get(path) if method == "GET" else client.send(path, {"why": "no reason", "text": "x"})
                assert answer.status_code in (404, 405, 422), f"{method} {path}: {answer.status_code}"
                readable(answer, path)
            assert not changed(before, everything(parts.store)), f"{method} {around}: refused, and yet changed"


#: The right id in the wrong place: a row of somebody else, or of another thing.
STRANGERS = (
    ("ada", "/contacts/{other_contact}/points/{point}/remove"),
    ("ada", "/contacts/{other_contact}/external-ids/{external_id}/remove"),
    ("aldo", "/tickets/{free_ticket}/links/{link}/remove"),
    ("aldo", "/tickets/{free_ticket}/links/{gone_link}/restore"),
    ("carla", "/account/sessions/{session}/end"),
    ("ada", "/account/tokens/{token}/revoke"),
    ("carla", "/answers/{hidden_answer}/vote"),
    ("carla", "/questions/{hidden}/answers"),
    ("carla", "/questions/{deleted}/vote"),
    ("carla", "/answers/{deleted_answer}/comments"),
    ("carla", "/kb/{draft}/state"),
)


@pytest.mark.parametrize("who, path", STRANGERS)
def test_rows_of_others_are_not_there(
    parts: Parts, session: Session, town: Town, clients: Any, who: str, path: str
) -> None:
    before = everything(parts.store)
    answer = clients[who].send(fill(path, town), {"text": "x", "value": "1", "state": "discarded", "why": "why"})
    assert answer.status_code == 404
    check(answer, path, before, parts)


def test_no_argument_of_any_address_breaks_a_page(
    parts: Parts, session: Session, town: Town, clients: dict[str, Any]
) -> None:
    watched = Watched()
    session.commit()
    for _endpoint, paths in sorted(GET.items()):
        path = fill(paths[0], town, PASSWORD).partition("?")[0]
        for kind in WRONG if parts.store.is_sqlite else STORED:
            value = WRONG[kind]
            if len(value) > 2_000:
                continue
            query = "&".join(f"{name}={value}" for name in (*ARGUMENTS, "after"))
            answer = watched(clients["ada"].get, f"{path}?{query}")
            assert answer.status_code < 500, f"{path}, {kind}: {answer.status_code}"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_costliest_texts_stay_within_their_budget(parts: Parts, clients: dict[str, Any]) -> None:
    if not parts.store.is_sqlite:
        pytest.skip("the database has no part in it")
    watched = Watched()
    for name, text in list(COSTLY.items())[::6]:
        answer = watched(clients["anna"].send, "/questions/preview", {"text": text})
        assert answer.status_code in (200, 422), name


class Harm(HTMLParser):
    """Collects what in a page would run or load something that is not ours."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("iframe", "object", "embed", "base", "style", "frame", "marquee"):
            self.found.append(tag)
        if tag == "script" and not (given.get("src") or "").startswith("/static/"):
            self.found.append(f"script {given}")
        for name, value in attrs:
            address = re.sub(r"[\x00-\x20]", "", value or "").lower()
            if name.startswith("on") or name == "style":
                self.found.append(f"{tag} {name}")
            if name in ("href", "src", "action", "formaction") and not address.startswith(
                ("http://", "https://", "mailto:", "tel:", "/", "#", "?")
            ):
                self.found.append(f"{tag} {name}={value}")


def test_the_watch_sees_harm() -> None:
    for text in ("<script>x</script>", "<b onclick=x>", "<a href=' java\nscript:x'>", "<iframe src=/x>", "<p style=x>"):
        assert Harm(text).found, text


def test_a_text_written_to_do_harm_is_shown_as_text(
    session: Session, town: Town, clients: dict[str, Any], parts: Parts
) -> None:
    for text in SCRIPTED[::29]:
        with undone(parts.store, session):
            answer = clients["carla"].send(fill("/questions/{question}/answers", town), {"text": text})
            assert answer.status_code in (303, 422)
            page = clients["visitor"].get(fill("/questions/{question}", town), follow_redirects=True)
            assert page.status_code == 200
            assert not Harm(page.text).found, text


@pytest.mark.parametrize("path", ["/%FF%FE", "/tags/%ED%A0%80", "/questions/1/%00", "/kb/%F0%9F", "/" + "a" * 3_000])
def test_a_path_that_is_no_text_leads_nowhere(browser: Any, path: str) -> None:
    assert browser(None).get(path).status_code in (400, 404)
