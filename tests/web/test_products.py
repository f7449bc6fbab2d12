"""Products: kept by administrators, chosen by those who ask, and found again in lists, by search and by programs."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.models import StaffAct, User
from forum.base.parts import Parts
from forum.questions import rules
from forum.questions.actions import products as actions
from forum.questions.models import Product, Question, Revision
from forum.search.queries import read_query
from tests.builders import make_product, make_question

Open = Callable[[User | None], Any]

NEW = {"name_it": "Luce e gas", "name_en": "Power and gas", "description_it": "Contatori.", "description_en": ""}


def all_products(session: Session) -> list[Product]:
    session.expire_all()
    return list(session.scalars(select(Product).order_by(Product.position)))


def verbs(session: Session) -> list[str]:
    return list(session.scalars(select(StaffAct.verb).order_by(StaffAct.id)))


@pytest.mark.parametrize("who", ["mia", "aldo", "elena", "anna"])
def test_only_administrators_keep_the_list(browser: Open, session: Session, cast: dict[str, User], who: str) -> None:
    make_product(session, cast["ada"])
    session.commit()
    assert not rules.may_keep_products(cast[who]) and rules.may_keep_products(cast["ada"])
    page = browser(cast[who])
    assert page.get("/admin/products").status_code == 403
    for path in ("", "/fibra-casa", "/fibra-casa/archive", "/fibra-casa/up"):
        assert page.send(f"/admin/products{path}", NEW).status_code == 403, path
    assert [each.slug for each in all_products(session)] == ["fibra-casa"]


def test_a_product_is_added_once_and_logged(browser: Open, session: Session, ada: User) -> None:
    page = browser(ada)
    for _ in range(2):
        assert page.send("/admin/products", {**NEW, "once": "a" * 32}).status_code == 303
    (product,) = all_products(session)
    assert (product.slug, product.names["it"], product.descriptions) == (
        "power-and-gas", "Luce e gas", {"it": "Contatori."}
    )  # fmt: skip
    assert verbs(session) == ["add_product"]
    assert "Power and gas" in page.get("/admin/products").text


@pytest.mark.parametrize(
    "form, sentence",
    [
        ({"name_it": "", "name_en": " "}, "in at least one language"),
        ({"name_it": "x" * 61}, "at most 60 fit"),
        ({"name_it": "Luce", "description_it": "x" * 301}, "at most 300 fit"),
        ({"version": "1"}, "in at least one language"),
    ],
)
def test_what_cannot_be_a_product(
    browser: Open, session: Session, ada: User, form: dict[str, str], sentence: str
) -> None:
    answer = browser(ada).send("/admin/products", form)
    assert answer.status_code == 422 and sentence in answer.text
    assert all_products(session) == []


def test_names_that_are_alike_get_addresses_of_their_own(session: Session, ada: User) -> None:
    assert [make_product(session, ada, name).slug for name in ("Luce", "Luce!", "灯", "火")] == [
        "luce", "luce-2", "product", "product-2"
    ]  # fmt: skip


def test_an_edit_keeps_the_address_and_meets_another(browser: Open, session: Session, ada: User) -> None:
    make_product(session, ada)
    session.commit()
    page = browser(ada)
    assert 'value="Fibra Casa"' in page.get("/admin/products/fibra-casa").text
    assert page.send("/admin/products/fibra-casa", {**NEW, "version": "1"}).status_code == 303
    assert page.send("/admin/products/fibra-casa", {**NEW, "name_it": "Gas", "version": "1"}).status_code == 409
    assert page.send("/admin/products/fibra-casa", {**NEW, "version": "2"}).status_code == 303
    (product,) = all_products(session)
    assert (product.slug, product.names["it"], product.version) == ("fibra-casa", "Luce e gas", 2)
    act = session.scalars(select(StaffAct).order_by(StaffAct.id.desc())).first()
    assert act is not None and act.verb == "edit_product"
    assert (act.before["names"]["it"], act.after["names"]["it"]) == ("Fibra Casa", "Luce e gas")
    assert page.get("/admin/products/nothing").status_code == 404
    assert page.send("/admin/products/nothing/archive").status_code == 404


def test_order_by_buttons(browser: Open, session: Session, ada: User) -> None:
    for name in ("A", "B", "C"):
        make_product(session, ada, name)
    session.commit()
    page = browser(ada)
    page.send("/admin/products/c/up")
    assert [each.slug for each in all_products(session)] == ["a", "c", "b"]
    page.send("/admin/products/a/up")
    page.send("/admin/products/a/down")
    assert [each.slug for each in all_products(session)] == ["c", "a", "b"]
    assert verbs(session).count("move_product") == 2, "the first cannot go up"


def test_asking_about_a_product(
    browser: Open, session: Session, ada: User, anna: User, carry: Callable[[], None], parts: Parts
) -> None:
    page = browser(anna)
    assert "What is it about?" not in page.get("/questions/ask?title=A+title+to+begin+with").text
    make_product(session, ada)
    make_product(session, ada, "Mobile")
    session.commit()
    form = page.get("/questions/ask?title=A+title+to+begin+with&product=mobile").text
    assert '<option selected value="mobile">Mobile at home</option>' in form
    sent = {"title": "The light is red again", "text": "Since noon.", "tags": "", "product": "fibra-casa"}
    where = page.send("/questions/ask", sent).location
    question = session.scalars(select(Question)).one()
    assert question.product is not None and question.product.slug == "fibra-casa"
    assert session.scalars(select(Revision)).one().product == "fibra-casa"
    visitor = browser(None)
    for path in (
        where,
        "/questions",
        "/products/fibra-casa",
        "/questions?product=fibra-casa",
        f"/people/{anna.id}/anna?tab=questions",
    ):
        assert '<a href="/products/fibra-casa">' in visitor.get(path, follow_redirects=True).text, path
    assert "No question fits" in visitor.get("/questions?product=mobile").text
    assert "The light is red again" not in visitor.get("/products/mobile").text
    carry()
    for words, number in (("product:fibra-casa", 1), ("light product:FIBRA-CASA", 1), ("light product:mobile", 0)):
        assert len(parts.index.search(read_query(words))) == number, words
    assert "The light is red again" in visitor.get("/search?product=fibra-casa").text
    page.send(f"/questions/{question.id}/edit", {**sent, "product": "", "version": "1"})
    session.expire_all()
    assert question.product is None and question.version == 2
    carry()
    assert len(parts.index.search(read_query("product:fibra-casa"))) == 0


@pytest.mark.parametrize("chosen", ["nothing", "telefono", "\ud83d\ude00", "x" * 5000])
def test_what_is_not_offered_cannot_be_chosen(
    browser: Open, session: Session, ada: User, anna: User, now: Any, chosen: str
) -> None:
    actions.archive_product(session, ada, make_product(session, ada, "Telefono"), now)
    session.commit()
    sent = {"title": "The light is red again", "text": "Since noon.", "tags": "", "product": chosen}
    answer = browser(anna).send("/questions/ask", {**sent, "product": chosen.encode("utf-8", "replace").decode()})
    assert answer.status_code == 422 and "Choose one of the products" in answer.text
    assert session.scalars(select(Question)).all() == []


def test_a_question_keeps_a_product_that_is_no_longer_offered(
    browser: Open, session: Session, ada: User, anna: User
) -> None:
    make_product(session, ada, "Telefono")
    question = make_question(session, anna, product="telefono")
    session.commit()
    browser(ada).send("/admin/products/telefono/archive")
    page = browser(anna)
    form = page.get(f"/questions/{question.id}/edit").text
    assert '<option selected value="telefono">' in form
    sent = {"title": "Another title for it", "text": question.text, "tags": "", "product": "telefono", "version": "1"}
    assert page.send(f"/questions/{question.id}/edit", sent).status_code == 303
    shown = page.get("/products/telefono").text
    assert "Another title for it" in shown and "no longer offered" in shown
    assert "/questions/ask?product" not in shown
    browser(ada).send("/admin/products/telefono/restore")
    assert "no longer offered" not in page.get("/products/telefono").text


def test_addresses(browser: Open, session: Session, ada: User) -> None:
    make_product(session, ada)
    session.commit()
    page = browser(None)
    assert "Fibra Casa at home" in page.get("/products").text
    wrong = page.get("/products/Fibra-Casa")
    assert (wrong.status_code, wrong.location) == (308, "/products/fibra-casa")
    for path in ("/products/nothing", "/products/%00", "/products/" + "x" * 500):
        assert page.get(path).status_code == 404, path
    assert "Fibra Casa<" in page.get("/products", headers={"Accept-Language": "it"}).text


def test_a_list_with_products_costs_no_further_statement(
    browser: Open, session: Session, ada: User, anna: User, count_queries: Callable[[], Any]
) -> None:
    page = browser(None)
    for number in range(5):
        make_product(session, ada, f"P{number}")
        make_question(session, anna, product=f"p{number}", tags=("a",))
    session.commit()
    with count_queries() as queries:
        page.get("/questions")
    assert len(queries) <= 3
