"""vCards of every version become the same rows; what cannot be read is said, and nothing in a file costs more than its length."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.base.db import Store
from forum.contacts.models import MOST_POINTS, Contact
from forum.transfer.contact_files import MOST_BYTES, MOST_FIELD_CHARACTERS, Row, UnreadableFile
from forum.transfer.contact_import import BATCH, Report, import_contacts
from forum.transfer.vcards import MOST_PROPERTIES, is_card_file, read_card_file
from tests.builders import make_contact


def card(*lines: str, version: str = "3.0", end: str = "\r\n") -> str:
    return end.join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""])


def rows(content: str | bytes) -> list[Row]:
    return list(read_card_file(content if isinstance(content, bytes) else content.encode()).rows())


def row(content: str | bytes) -> Row:
    (only,) = rows(content)
    return only


OLD = card(
    "N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:Per=F2;Niccol=F2;;Dott.",
    "TEL;CELL;PREF:333 1234567",
    "TEL;HOME;VOICE:06 1234567",
    "EMAIL;INTERNET:n@example.it",
    "ORG:ACME\\; figli;Acquisti",
    "UID:17",
    version="2.1",
)
NEW = card(
    "FN:Dott. Niccolò Però",
    'item1.TEL;TYPE="home,voice";VALUE=uri:tel:06-1234567',
    "TEL;PREF=1;TYPE=cell;VALUE=uri:tel:+39-333-1234567",
    "EMAIL:mailto:n@example.it",
    "ORG:ACME\\; figli;Acquisti",
    "UID:urn:uuid:17",
    "LANG;PREF=2:en",
    "LANG;PREF=1:it-IT",
    version="4.0",
)
MIDDLE = card(
    "N:Però;Niccolò;;Dott.;",
    "FN:Dott. Niccolò Però",
    "TEL;TYPE=HOME:06 1234567",
    "TEL;TYPE=CELL,PREF:333 1234567",
    "EMAIL;TYPE=INTERNET:n@example.it",
    "ORG:ACME\\; figli;Acquisti",
    "UID:17",
)


@pytest.mark.parametrize("content", [OLD, MIDDLE, NEW])
def test_each_version_says_the_same(content: str) -> None:
    read = row(content)
    assert read.problem is None
    assert read.values["name"] == ["Dott. Niccolò Però"]
    assert read.values["email"] == ["n@example.it"]
    assert read.values["company"] == ["ACME; figli"]
    assert read.values["external_id"] == ["17"]
    first, second = read.values["phone"]
    assert first.endswith(("1234567", "123-1234567")) and "333" in first, "the preferred one comes first"
    assert [read.labels[each] for each in (first, second)] == ["mobile", "home"]
    assert read.values.get("language", ["it"]) == ["it"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_encodings_and_ends_of_lines(encoding: str, end: str) -> None:
    content = card("FN:Niccolò Però", "EMAIL:n@example.it", end=end).encode(encoding)
    assert row(content).values["name"] == ["Niccolò Però"]


@pytest.mark.parametrize(
    "charset, written",
    [("ISO-8859-1", "Per=F2"), ("UTF-8", "Per=C3=B2"), ("windows-1252", "Per=F2"), ("none-such", "Per=C3=B2"),
     ("idna", "Per=C3=B2"), ("zlib", "Per=C3=B2"), ("unicode_escape", "Per=C3=B2")],
)  # fmt: skip
def test_quoted_printable_in_its_charset(charset: str, written: str) -> None:
    content = card(f"FN;ENCODING=QUOTED-PRINTABLE;CHARSET={charset}:{written}", "UID:1", version="2.1")
    assert row(content).values["name"] == ["Però"]


def test_broken_lines_are_put_together() -> None:
    soft = card("FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Ada=20=", "Ros=", "si", "UID:1", version="2.1")
    folded = "BEGIN:VCARD\nVERSION:3.0\nFN:Ada Ro\n ssi\nEMAIL:ada\n @example.it\nEND:VCARD\n"
    old = "BEGIN:VCARD\nVERSION:2.1\nFN:Ada\n Rossi\nEMAIL;INTERNET:ada@example.it\nEND:VCARD\n"
    inside_a_letter = b"BEGIN:VCARD\nVERSION:4.0\nFN:Niccol\xc3\n \xb2\nUID:1\nEND:VCARD\n"
    for content in (soft, folded, old):
        assert row(content).values["name"] == ["Ada Rossi"]
    assert row(inside_a_letter).values["name"] == ["Niccolò"]
    assert row(folded).values["email"] == ["ada@example.it"]


def test_a_soft_break_before_the_end_swallows_nothing() -> None:
    two = card("FN;QUOTED-PRINTABLE:Ada=", version="2.1") + card("FN:Bo")
    assert [each.values["name"] for each in rows(two)] == [["Ada"], ["Bo"]]


def test_pictures_and_what_is_not_used_are_told_by_name() -> None:
    picture = "\r\n".join(["PHOTO;ENCODING=BASE64;JPEG:" + "A" * 70, *["QUJD" * 18] * 50, ""])
    file = read_card_file(
        card(picture, "NOTE:x", "CATEGORIES:a,b", "FN:Ada", "X-JABBER;TYPE=x:y", version="2.1").encode() * 2
    )
    assert file.unused == ("CATEGORIES (2)", "NOTE (2)", "PHOTO (2)", "X-JABBER (2)")
    assert [each.values["name"] for each in file.rows()] == [["Ada"], ["Ada"]]


def test_escapes_parameters_and_names_made_of_parts() -> None:
    read = row(card('FN;LANGUAGE="it:IT;x":Rossi\\, Ada\\nsecond', "ORG:\\;\\\\;x", "UID: 1 "))
    assert read.values["name"] == ["Rossi, Ada\nsecond"]
    assert read.values["company"] == [";\\"]
    assert row(card("N:Rossi;Ada;Maria;Dott.;jr", "UID:1")).values["name"] == ["Dott. Ada Maria Rossi jr"]
    assert row(card("ORG:ACME srl", "UID:1")).values["name"] == ["ACME srl"]


@pytest.mark.parametrize(
    "content, problem",
    [
        (card("FN:Ada", version="9.9"), "version"),
        (card("FN:Friends", "KIND:group", version="4.0"), "group"),
        (card("FN:Friends", "X-ADDRESSBOOKSERVER-KIND:group"), "group"),
        ("BEGIN:VCARD\nVERSION:3.0\nFN:Ada\n", "cut off"),
        (card(*["NOTE:x"] * MOST_PROPERTIES, "FN:Ada"), "more than"),
    ],
)
def test_cards_of_which_nothing_is_made(content: str, problem: str) -> None:
    assert problem in str(row(content).problem)
    assert row(content).line == 1


def test_a_card_without_an_end_does_not_take_the_next_with_it() -> None:
    read = rows("BEGIN:VCARD\nFN:Ada\n" + card("FN:Bo"))
    assert [(each.line, each.problem is None) for each in read] == [(1, False), (3, True)]


def test_a_card_in_a_card_is_passed_over_however_deep() -> None:
    inner = "AGENT:\n" + "BEGIN:VCARD\nFN:In\nAGENT:\n" * 5_000 + "END:VCARD\n" * 5_000
    read = row(f"BEGIN:VCARD\nVERSION:2.1\nFN:Ada\n{inner}EMAIL:a@example.it\nEND:VCARD\n")
    assert read.values == {"name": ["Ada"], "email": ["a@example.it"]}


@pytest.mark.parametrize(
    "line, column",
    [
        ("TEL;TYPE=FAX:06 1234567", "phone"),
        ("TEL;PAGER:06 1234567", "phone"),
        ("TEL;VALUE=uri:tel:+39-06-1234567;ext=9", "phone"),
        ("NOTE:x\r\nEMAIL;ENCODING=b:QUJD=QQ=", "EMAIL"),
        ("FN:" + "x" * (MOST_FIELD_CHARACTERS + 1), "FN"),
    ],
)
def test_what_is_left_out_of_a_card_is_told_with_its_line(line: str, column: str) -> None:
    read = row(card("FN:Ada", "UID:1", line))
    assert [(each.column, each.line) for each in read.remarks] == [(column, 6 if "NOTE" in line else 5)]
    assert read.values["name"] == ["Ada"]


@pytest.mark.parametrize(
    "content",
    [b"", b" \r\n", b"name,email\nAda,a@example.it\n", b"PK\x03\x04\0\0\0", b"\xff\xfe\x00\xd8\x00", b"END:VCARD\n",
     b"x" * (MOST_BYTES + 1)],
    ids=lambda content: repr(content[:12]),
)  # fmt: skip
def test_what_is_no_file_of_cards_is_refused_whole(content: bytes) -> None:
    with pytest.raises(UnreadableFile):
        read_card_file(content)


def test_a_file_is_known_by_its_name_or_its_beginning() -> None:
    assert is_card_file(b"", "A.VCF")
    assert is_card_file("\ufeffbegin:vcard\n".encode())
    assert is_card_file("BEGIN:VCARD\n".encode("utf-16"))
    assert not is_card_file(b"name,email\n", "a.csv")


HOSTILE = {
    "one line": b"BEGIN:VCARD\nFN:" + b"x" * 8_000_000 + b"\nEND:VCARD\n",
    "folds": b"BEGIN:VCARD\nFN:x\n" + b" y\n" * 200_000 + b"END:VCARD\n",
    "soft breaks": b"BEGIN:VCARD\nFN;QUOTED-PRINTABLE:x=\n" + b"=\n" * 200_000 + b"END:VCARD\n",
    "quotes": b"BEGIN:VCARD\n" + (b'FN;A="' * 300 + b"\n") * 900 + b"END:VCARD\n",
    "semicolons": b"BEGIN:VCARD\n" + (b"N" + b";" * 9_000 + b":" + b";" * 900 + b"\n") * 900 + b"END:VCARD\n",
    "strokes": b"BEGIN:VCARD\n" + (b"ORG:" + b"\\" * 9_990 + b"\n") * 900 + b"END:VCARD\n",
    "begins": b"BEGIN:VCARD\n" * 30_000,
    "names": b"BEGIN:VCARD\n" + b"".join(b"X-%d:1\n" % number for number in range(50_000)) + b"END:VCARD\n",
    "no colon": b"BEGIN:VCARD\n" + b"A" * 4_000_000,
    "nothing": b"BEGIN:VCARD\n" + b"\x00\x01\xff\n" * 100_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_cost_what_their_length_costs(name: str) -> None:
    content = HOSTILE[name]
    begun = time.process_time()
    file = read_card_file(b"\n" * 2100 + content if name == "nothing" else content)
    found = sum(1 for _ in file.rows())
    spent = time.process_time() - begun
    assert found >= 1
    assert len(file.unused) <= 40
    assert spent < 5 + len(content) / 400_000


@pytest.fixture
def bring(store: Store, session: Session, now: datetime) -> Callable[..., Report]:
    def run(text: str | bytes, **options: Any) -> Report:
        session.commit()
        content = text if isinstance(text, bytes) else text.encode()
        report = import_contacts(store, read_card_file(content), now, **options)
        session.expire_all()
        return report

    return run


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.new, report.changed, report.unchanged, report.left_out


def test_a_card_becomes_a_contact_and_running_it_again_changes_nothing(
    session: Session, bring: Callable[..., Report]
) -> None:
    assert counts(bring(OLD, dry_run=True)) == (1, 0, 0, 0)
    assert session.scalar(select(func.count()).select_from(Contact)) == 0
    assert counts(bring(OLD)) == (1, 0, 0, 0)
    (made,) = session.scalars(select(Contact))
    assert [(point.value, point.label) for point in made.points] == [
        ("n@example.it", ""), ("+393331234567", "mobile"), ("+39061234567", "home"),
    ]  # fmt: skip
    assert [(each.system, each.value) for each in made.external_ids] == [("crm", "17")]
    assert (made.name, made.company) == ("Dott. Niccolò Però", "ACME; figli")
    assert counts(bring(MIDDLE)) == (0, 0, 1, 0)
    assert counts(bring(NEW)) == (0, 1, 0, 0), "the language is new"
    assert counts(bring(NEW)) == (0, 0, 1, 0)


def test_an_import_that_was_stopped_goes_on(
    session: Session, bring: Callable[..., Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    cards = "".join(card(f"FN:Person {number}", f"UID:u{number}") for number in range(BATCH + 50))
    stopped: list[int] = []

    def stop(done: int) -> None:
        stopped.append(done)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring(cards, progress=stop)
    session.expire_all()
    assert session.scalar(select(func.count()).select_from(Contact)) == BATCH
    assert counts(bring(cards)) == (50, 0, BATCH, 0)


def test_a_card_is_found_by_its_address_and_two_of_one_house_are_two(
    session: Session, bring: Callable[..., Report]
) -> None:
    make_contact(session, "Ada", emails=("ada@example.it",))
    report = bring(
        card("FN:Ada", "EMAIL:ADA@example.it", "UID:7")
        + card("FN:Bo", "TEL:06 1234567")
        + card("FN:Cleo", "TEL:06 1234567")
    )
    assert counts(report) == (2, 1, 0, 0)
    again = bring(card("FN:Bo", "TEL:06/1234567") + card("FN:Cleo", "TEL:+39 06 1234567"))
    assert counts(again) == (0, 0, 2, 0)


def test_numbers_that_are_none_are_told_and_not_kept(session: Session, bring: Callable[..., Report]) -> None:
    report = bring(card("FN:Ada", "TEL:extension 12", "TEL:12", "TEL:333 1234567"))
    (made,) = session.scalars(select(Contact))
    assert [point.value for point in made.points] == ["+393331234567"]
    assert [(each.line, each.column) for each in report.remarks] == [(1, "phone"), (1, "phone")]


def test_nobody_gets_more_addresses_than_fit(session: Session, bring: Callable[..., Report]) -> None:
    many = [f"EMAIL:a{number}@example.it" for number in range(MOST_POINTS + 5)]
    report = bring(card("FN:Ada", "UID:1", *many))
    assert (counts(report), len(report.remarks)) == ((1, 0, 0, 0), 1)
    again = bring(card("FN:Ada", "UID:1", *many, "TEL:333 1234567"))
    assert counts(again) == (0, 0, 1, 0)
    (made,) = session.scalars(select(Contact))
    assert len(made.points) == MOST_POINTS


def test_the_settings_say_where_a_number_is_dialled(
    store: Store, session: Session, bring: Callable[..., Report]
) -> None:
    store.context["phone_region"] = "GB"
    bring(card("FN:Ada", "TEL:020 7946 0958"))
    (made,) = session.scalars(select(Contact))
    assert [point.value for point in made.points] == ["+442079460958"]
