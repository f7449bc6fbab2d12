"""Contacts come in from a file, once, completely or with the reason why not."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.base.db import Store
from forum.contacts.models import Contact
from forum.transfer import contact_import
from forum.transfer.contact_files import read_contact_file
from forum.transfer.contact_import import BATCH, Report, import_contacts
from tests.builders import make_contact

HEAD = "id;nome;email;telefono;azienda;fascia;zona\n"


@pytest.fixture
def bring(store: Store, session: Session, now: datetime) -> Callable[..., Report]:
    def run(text: str | bytes, **options: Any) -> Report:
        session.commit()
        content = text if isinstance(text, bytes) else text.encode()
        report = import_contacts(store, read_contact_file(content), now, **options)
        session.expire_all()
        return report

    return run


def contacts(session: Session) -> dict[str, Contact]:
    return {contact.name: contact for contact in session.scalars(select(Contact))}


def points(contact: Contact) -> set[str]:
    return {point.value for point in contact.points}


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.new, report.changed, report.unchanged, report.left_out


def test_lines_become_contacts(session: Session, bring: Callable[..., Report]) -> None:
    report = bring(HEAD + "17;Ada Rossi;ADA@example.it, ada@work.it;06 12345678;ACME;Top;RM\n18;Bo;;333 1234567;;;\n")
    assert counts(report) == (2, 0, 0, 0)
    ada, bo = contacts(session)["Ada Rossi"], contacts(session)["Bo"]
    assert points(ada) == {"ada@example.it", "ada@work.it", "+390612345678"}
    assert (ada.company, ada.tier, ada.zone, ada.folded) == ("ACME", "top", "RM", "ada rossi acme")
    assert [row.value for row in ada.external_ids] == ["17"]
    assert (bo.tier, points(bo)) == ("basic", {"+393331234567"})
    assert not any(point.verified_at for point in ada.points), "a file proves nothing"


def test_running_it_again_changes_nothing(session: Session, bring: Callable[..., Report]) -> None:
    text = HEAD + "17;Ada;ada@example.it;;;;\n;Bo;bo@example.it;;;;\n;Cleo;;333 1234567;;;\n"
    assert counts(bring(text)) == (3, 0, 0, 0)
    assert counts(bring(text)) == (0, 0, 3, 0)
    assert {contact.version for contact in session.scalars(select(Contact))} == {1}


def test_nothing_empty_replaces_what_is_known(session: Session, bring: Callable[..., Report]) -> None:
    bring(HEAD + "17;Ada;ada@example.it;;ACME;top;RM\n")
    assert counts(bring(HEAD + "17;;;;;;\n")) == (0, 0, 1, 0)
    assert counts(bring(HEAD + "17;Ada Rossi;ada2@example.it;;;plus;\n")) == (0, 1, 0, 0)
    ada = contacts(session)["Ada Rossi"]
    assert (ada.company, ada.tier, ada.zone, ada.version) == ("ACME", "plus", "RM", 2)
    assert points(ada) == {"ada@example.it", "ada2@example.it"}


def test_a_line_without_a_known_id_is_matched_by_its_address(session: Session, bring: Callable[..., Report]) -> None:
    make_contact(session, "Ada", emails=("ada@example.it",))
    assert counts(bring(HEAD + "17;Ada;Ada@Example.it;;ACME;;\n")) == (0, 1, 0, 0)
    ada = contacts(session)["Ada"]
    assert ([row.value for row in ada.external_ids], ada.company) == (["17"], "ACME")


def test_a_shared_address_does_not_make_two_customers_one(session: Session, bring: Callable[..., Report]) -> None:
    bring(HEAD + "17;Ada;home@example.it;;;;\n")
    assert counts(bring(HEAD + "18;Bo;home@example.it;;;;\n")) == (1, 0, 0, 0)
    report = bring(HEAD + ";Somebody;home@example.it;;;;\n")
    assert counts(report) == (0, 0, 0, 1)
    assert report.remarks[0].line == 2
    assert len(contacts(session)) == 2


def test_the_one_who_proved_the_address_is_meant(session: Session, anna: User, bring: Callable[..., Report]) -> None:
    hers = make_contact(session, "Anna", user=anna)
    make_contact(session, "Other", emails=("anna@example.it",))
    assert counts(bring(HEAD + ";Anna Ferri;anna@example.it;;;;\n")) == (0, 1, 0, 0)
    assert hers.name == "Anna Ferri"
    assert [point.verified_at is not None for point in hers.points] == [True]


@pytest.mark.parametrize(
    "line, column, left_out",
    [
        (";Ada;;;;;", "", True),
        ("17;;;;;;", "name", True),
        (";Ada;not an address;;;;", "email", True),
        ("17;Ada;not-an-address;;;;", "email", False),
        ("17;Ada;;12;;;", "phone", False),
        ("17;Ada;;;;gold;", "tier", False),
        (f"17;{'x' * 121};a@example.it;;;;", "name", True),
        (f"{'9' * 121};Ada;a@example.it;;;;", "external_id", False),
        (f"17;Ada;a@example.it;;;;{'z' * 41}", "zone", False),
        ("17;Ada;a@example.it;;;;;more", "", True),
        ("17;A\0da;a@example.it;;;;", "", True),
    ],
)
def test_what_is_left_out_is_said_with_its_line(
    session: Session, bring: Callable[..., Report], line: str, column: str, left_out: bool
) -> None:
    filler = "".join(f"c{number};Ok {number};ok{number}@example.it;;;;\n" for number in range(100))
    report = bring(f"{HEAD}{filler}{line}\n")
    assert [(remark.line, remark.column) for remark in report.remarks] == [(102, column)]
    assert counts(report) == (100 if left_out else 101, 0, 0, 1 if left_out else 0)


def test_a_second_line_about_the_same_person_is_left_out(session: Session, bring: Callable[..., Report]) -> None:
    report = bring(
        HEAD + "17;Ada;a@example.it;;;;\n17;Bo;b@example.it;;;;\n;Cleo;c@example.it;;;;\n;Dora;C@example.it;;;;\n"
    )
    assert counts(report) == (2, 0, 0, 2)
    assert [remark.line for remark in report.remarks] == [3, 5]
    assert set(contacts(session)) == {"Ada", "Cleo"}


def test_formulas_and_markup_are_only_text(session: Session, bring: Callable[..., Report]) -> None:
    names = [
        '=HYPERLINK("http://x.example")',
        "@SUM(A1)",
        "+39",
        "-1+1",
        "<script>alert(1)</script>",
        "'; DROP TABLE users",
    ]
    quoted = [name.replace('"', '""') for name in names]
    lines = "".join(f'{number};"{name}";;;;;\n' for number, name in enumerate(quoted))
    assert bring(HEAD + lines).new == len(names)
    assert set(contacts(session)) == set(names)


def test_a_dry_run_says_the_same_and_writes_nothing(session: Session, bring: Callable[..., Report]) -> None:
    make_contact(session, "Ada", emails=("ada@example.it",))
    text = HEAD + "17;Ada;ada@example.it;;ACME;;\n18;Bo;bo@example.it;;;;\n;;;;;;top\n;No;;;;;\n"
    said = bring(text, dry_run=True)
    assert session.scalar(select(func.count()).select_from(Contact)) == 1
    assert contacts(session)["Ada"].company == ""
    done = bring(text)
    assert (counts(said), said.remarks) == (counts(done), done.remarks)
    assert counts(done) == (1, 1, 0, 2)


def test_stopped_in_the_middle_and_run_again_it_is_complete(
    session: Session, bring: Callable[..., Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = HEAD + "".join(f"{number};Name {number};n{number}@example.it;;;;\n" for number in range(3 * BATCH))

    def stop(brought: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring(text, progress=stop)
    session.expire_all()
    assert session.scalar(select(func.count()).select_from(Contact)) == BATCH
    assert counts(bring(text)) == (2 * BATCH, 0, BATCH, 0)
    assert session.scalar(select(func.count()).select_from(Contact)) == 3 * BATCH


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_ten_thousand_lines_cost_a_bounded_number_of_statements(
    session: Session, bring: Callable[..., Report], count_queries: Callable[[], Any]
) -> None:
    line = "{0};Nome {0};n{0}@example.it;06 {1};Ditta {0};plus;RM\n"
    text = HEAD + "".join(line.format(number, 10_000_000 + number) for number in range(10_000))
    told: list[int] = []
    with count_queries() as first:
        assert bring(text, progress=told.append).new == 10_000
    with count_queries() as second:
        assert bring(text).unchanged == 10_000
    assert sum(told) == 10_000
    assert len(first) <= 10_000 * 4 + 1_000, "a contact, two points and an id, and what a batch shares"
    assert len(second) < 10_000 * 0.1


def test_remarks_are_bounded(bring: Callable[..., Report], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contact_import, "MOST_REMARKS", 5)
    report = bring(HEAD + ";Nobody;;;;;\n" * 50)
    assert (report.left_out, len(report.remarks)) == (50, 5)


def test_the_cases_of_a_shared_sheet(session: Session, bring: Callable[..., Report], tmp_path: Path) -> None:
    content = (
        "Codice cliente;Nome;Cognome;E-mail;Cellulare\r\n0042;Niccolò;Però;n@example.it;'+39 333 1234567\r\n".encode(
            "cp1252"
        )
    )
    assert bring(content).new == 1
    made = contacts(session)["Niccolò Però"]
    assert made.external_ids[0].value == "0042"
    assert points(made) == {"n@example.it", "+393331234567"}
