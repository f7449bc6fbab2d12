"""The product of a question, as programs say and read it."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from forum.accounts.models import User
from tests.builders import make_product
from tests.ground import made_once

Open = Callable[..., Any]

NEW = {"title": "No line since this morning", "text": "The red light blinks."}


@made_once
def product(session: Session, ada: User) -> str:
    slug = make_product(session, ada).slug
    session.commit()
    return slug


def test_a_program_chooses_reads_changes_and_filters(
    program: Open, anna: User, product: str, carry: Callable[[], None]
) -> None:
    api = program(anna)
    made = api.post("/questions", {**NEW, "product": product}).json
    assert made["product"] == product
    listed = program().get("/products").json["items"]
    assert [(each["slug"], each["is_archived"]) for each in listed] == [(product, False)]
    carry()
    for path in ("/questions?product=fibra-casa", "/search?product=fibra-casa", "/search?q=light&product=FIBRA-casa"):
        assert [each["id"] for each in program().get(path).json["items"]] == [made["id"]], path
    assert program().get("/questions?product=mobile").json["items"] == []
    place = f"/questions/{made['id']}"
    assert api.patch(place, {"title": "Still no line this evening"}).json["product"] == product
    assert api.patch(place, {"product": None}).json["product"] is None
    assert program().get(place).json["product"] is None


@pytest.mark.parametrize("sent", ["nothing", "x" * 61, "fibra\u0000"])
def test_what_is_no_product_is_refused_by_name(program: Open, anna: User, product: str, sent: str) -> None:
    answer = program(anna).post("/questions", {**NEW, "product": sent})
    assert answer.status_code == 422 and "product" in answer.json["errors"]
