"""`import contacts FILE` says what it did, and refuses in one sentence what it cannot read."""

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.base.parts import Parts
from forum.cli.contacts import import_contacts_command
from forum.contacts.models import Contact


@pytest.fixture
def run(parts: Parts, session: Session, tmp_path: Path) -> object:
    def invoke(content: bytes, *options: str, name: str = "people.csv") -> Result:
        session.commit()
        path = tmp_path / name
        path.write_bytes(content)
        result = CliRunner().invoke(import_contacts_command, [str(path), *options], obj=lambda: parts)
        session.expire_all()
        return result

    return invoke


def count(session: Session) -> int | None:
    return session.scalar(select(func.count()).select_from(Contact))


def test_it_imports_and_says_what_was_left_out(run, session: Session, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    result = run(b"id,name,email,hat\n1,Ada,ada@example.it,9\n2,Bo,not an address,9\n,,,\n,Nobody,,\n")
    assert result.exit_code == 0, result.output
    assert "3 lines: 2 new, 0 changed, 0 as before, 1 left out." in result.output
    assert "Columns that were not used: hat." in result.output
    assert count(session) == 2
    (report,) = (tmp_path / "reports").glob("*.csv")
    with report.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {(row["line"], row["column"]) for row in rows} == {("3", "email"), ("5", ""), ("", "hat")}
    assert "Bo" not in report.read_text(encoding="utf-8")


def test_a_dry_run_changes_nothing(run, session: Session) -> None:  # type: ignore[no-untyped-def]
    result = run(b"name,email\nAda,ada@example.it\n", "--dry-run")
    assert result.exit_code == 0
    assert "1 would be new" in result.output
    assert count(session) == 0


@pytest.mark.parametrize(
    "content, name",
    [
        (b"", "a.csv"),
        (b"PK\x03\x04\0\0", "a.xlsx"),
        (b"colour\nred\n", "a.csv"),
        (b"BEGIN:VEVENT\n", "a.vcf"),
        (b"\xff\xfe\x00", "a.vcf"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(run, session: Session, content: bytes, name: str) -> None:  # type: ignore[no-untyped-def]
    result = run(content, name=name)
    assert result.exit_code == 1
    assert result.output.count("\n") == 1
    assert count(session) == 0


CARD = (
    b"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:urn:uuid:a-1\r\nFN:Ada Rossi\r\nEMAIL:ada@example.it\r\nTEL;TYPE=FAX:06 1234567\r\n"
    b"CATEGORIES:friends\r\nPHOTO;ENCODING=b:" + b"QUJD" * 50_000 + b"\r\nEND:VCARD\r\n"
)


def test_cards_are_brought_in_once_and_told_about(run, session: Session, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    dry = run(CARD, "--dry-run", name="book.vcf")
    assert (dry.exit_code, count(session)) == (0, 0), dry.output
    assert "1 cards: 1 would be new" in dry.output
    first, second = run(CARD, name="book.vcf"), run(CARD, name="book.dat")
    assert "1 cards: 1 new, 0 changed, 0 as before, 0 left out." in first.output
    assert "Properties that were not used: CATEGORIES (1), PHOTO (1)." in first.output
    assert "1 cards: 0 new, 0 changed, 1 as before, 0 left out." in second.output
    assert count(session) == 1
    report = max((tmp_path / "reports").glob("*.csv"))
    with report.open(encoding="utf-8", newline="") as file:
        rows = {(row["line"], row["column"]) for row in csv.DictReader(file)}
    assert rows == {("6", "phone"), ("", "CATEGORIES (1)"), ("", "PHOTO (1)")}
