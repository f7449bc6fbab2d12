"""Everything in open formats: whole, readable without us, and without what lets anybody in."""

# The statements of these tests are made of names that the tests themselves chose.
# ruff: noqa: S608

import json
from pathlib import Path

import pytest

from config import Settings
from forum.transfer.exporting import CannotExport, export_everything
from forum.transfer.people.policy import POLICIES
from tests.builders import NOON
from tests.transfer.keeping import ask, quiet, tell


def lines(folder: Path, table: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "data" / f"{table}.jsonl").read_text(encoding="utf-8").splitlines()]


def test_everything_is_there_and_says_what_it_is(full: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    written = export_everything(full, folder, NOON, quiet)
    schema = json.loads((folder / "schema.json").read_text())["tables"]
    assert set(schema) == {name for name, policy in POLICIES.items() if not policy.left_out} == set(written)
    for name, table in schema.items():
        rows = lines(folder, name)
        assert len(rows) == table["rows"] == ask(full, f"SELECT count(*) FROM {name}")
        assert all(set(row) == set(table["columns"]) for row in rows)
    (question,) = lines(folder, "questions")
    assert question["text"] == 'Tab\there, \\N there, "quotes", 🛜 and\nlines.'
    assert schema["questions"]["columns"]["asker_id"] == {"kind": "whole", "points_to": "users.id"}
    assert lines(folder, "tags")[0]["descriptions"] == {}
    assert (folder / "media" / "ab" / "picture.webp").stat().st_size == 10240
    assert "schema.json" in (folder / "README.md").read_text()
    assert folder.stat().st_mode & 0o777 == 0o700


def test_nothing_in_it_lets_anybody_in(full: Settings, tmp_path: Path) -> None:
    moment = "'2026-03-02 12:00:00.000000'"
    tell(
        full,
        "UPDATE users SET password_hash = 'planted-hash'",
        "INSERT INTO user_sessions (token_hash, user_id, user_agent, created_at, seen_at, expires_at) "
        f"VALUES ('planted-session', 1, '', {moment}, {moment}, {moment})",
        f"INSERT INTO api_tokens (user_id, name, token_hash, scopes, created_at) VALUES (1, '', 'planted-token', '', {moment})",
    )
    export_everything(full, tmp_path / "export", NOON, quiet)
    told = b"".join(path.read_bytes() for path in (tmp_path / "export").rglob("*") if path.is_file())
    assert b"planted" not in told and b"s" * 64 not in told
    assert b"anna@example.it" in told


def test_what_is_there_is_left_alone(full: Settings, tmp_path: Path) -> None:
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "mine").write_text("x")
    with pytest.raises(CannotExport, match="not an empty folder"):
        export_everything(full, tmp_path / "export", NOON, quiet)
    with pytest.raises(CannotExport, match="not a folder"):
        export_everything(full, tmp_path / "no" / "export", NOON, quiet)
    (tmp_path / ".other.unfinished").mkdir()
    export_everything(full, tmp_path / "other", NOON, quiet)
    assert [path.name for path in (tmp_path / "export").iterdir()] == ["mine"]
    assert not (tmp_path / ".other.unfinished").exists()
