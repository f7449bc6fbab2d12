"""Forms that no page sends: every field of every form, spoiled one at a time."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.base.parts import Parts
from tests.attacks.conftest import forgetful
from tests.conftest import DATABASES
from tests.doors import POST, fill, fill_form
from tests.town import PASSWORD, Town
from tests.web.doors_tried import still_signed_in, undone

#: Neither what a form refuses nor how a body is read depends on the database: one is enough here.
pytestmark = pytest.mark.parametrize("database_url", DATABASES[:1], indirect=True)

#: What `tests/web/test_bad_input.py` does not send in every field already.
SPOILED = {"turned": "\u202e\u200b\u2028%(x)s{{7*7}}", "address": "http://["}

#: A wish for the preview is no field of a form: it is spoiled in every way.
PREVIEWS = {**SPOILED, "nul": "a\0b", "nothing": "", "long": "x" * 40_000, "wide": str(2**63), "digits": "٣"}

BODIES: dict[str, dict[str, Any]] = {
    "none": {"data": b""},
    "json": {"data": b'{"text": 1}', "content_type": "application/json"},
    "not utf-8": {"data": b"text=%FF%ED%A0%80&\xff\xfe=1", "content_type": "application/x-www-form-urlencoded"},
    "file for text": {
        "data": b'--x\r\nContent-Disposition: form-data; name="text"; filename="a"\r\n\r\nhey\xff\r\n--x--\r\n',
        "content_type": "multipart/form-data; boundary=x",
    },
    "another charset": {
        "data": b'--x\r\nContent-Disposition: form-data; name="text"\r\n'
        b"Content-Type: text/plain; charset=utf-7\r\n\r\n+AGE-\r\n--x--\r\n",
        "content_type": "multipart/form-data; boundary=x",
    },
    "broken parts": {"data": b"--x\r\nhey", "content_type": "multipart/form-data; boundary=x"},
}


def opener(name: str, omni: User, cast: dict[str, User]) -> User | None:
    """Who gets deepest into a form: the author where it is about their own things, else somebody with every right."""
    if name == "visitor":
        return None
    return cast[name] if name in ("anna", "bruno", "carla") else omni


@pytest.mark.parametrize("spoiled", PREVIEWS)
def test_no_field_breaks_a_form(
    spoiled: str, parts: Parts, session: Session, cast: dict[str, User], omni: User, town: Town, browser: Any
) -> None:
    broken = {}
    with forgetful():
        for endpoint, door in POST.items():
            client = browser(opener(door.who, omni, cast))
            form = fill_form(door, town, PASSWORD)
            for name in (*form, "once", "preview") if spoiled in SPOILED else ("preview",):
                with still_signed_in(client), undone(parts.store, session):
                    answer = client.send(fill(door.path, town), {**form, name: PREVIEWS[spoiled]})
                if answer.status_code >= 500:
                    broken[endpoint, name] = answer.status_code
    assert not broken


@pytest.mark.parametrize("body", BODIES)
def test_no_body_breaks_a_form(
    body: str, parts: Parts, session: Session, cast: dict[str, User], omni: User, town: Town, browser: Any
) -> None:
    broken = {}
    with forgetful():
        for endpoint, door in POST.items():
            client = browser(opener(door.who, omni, cast))
            headers = {"X-CSRF-Token": client.form_token()}
            with undone(parts.store, session):
                answer = client.post(fill(door.path, town), headers=headers, **BODIES[body])
            if answer.status_code >= 500:
                broken[endpoint] = answer.status_code
    assert not broken
