"""A backup holds one moment, says so itself, and comes back on either database; what is not a backup changes nothing."""

# The statements of these tests are made of names that the tests themselves chose.
# ruff: noqa: S608

import multiprocessing
import os
import signal
import stat
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from config import Settings
from forum.base.db import Model, Store, make_engine
from forum.base.holding import Hold
from forum.cli import database
from forum.migrations.env import metadata
from forum.transfer.backup import archive, making
from forum.transfer.backup.making import CannotBackUp, make_backup
from forum.transfer.backup.moves import JOURNAL, finish_interrupted
from forum.transfer.backup.restoring import CannotRestore, restore
from forum.transfer.backup.tables import KINDS, kind_of
from tests.builders import NOON, make_user
from tests.conftest import DATABASES
from tests.transfer.keeping import Make, ask, digests, quiet, tell

#: What a restore changes on purpose.
SETTLED = {"user_sessions", "deliveries", "schedules"}


def test_every_column_of_ours_has_a_kind_that_comes_back() -> None:
    for table in metadata().tables.values():
        for column in table.columns:
            kind_of(table.name, column.name, getattr(column.type, "impl", column.type))
    assert Model.metadata.tables
    assert KINDS


def test_what_is_restored_is_what_was_there(full: Settings, saved: Path, make: Make) -> None:
    before = digests(full)
    target = make("target", ready=False)
    done = restore(target, saved, NOON, quiet)
    assert done.manifest.rows >= 10
    after = digests(target)
    assert {name: value for name, value in after.items() if name not in SETTLED} == {
        name: value for name, value in before.items() if name not in SETTLED
    }
    assert (target.data / "secret").read_text() == "s" * 64
    assert (target.data / "media" / "ab" / "picture.webp").read_bytes() == bytes(range(256)) * 40
    assert not (target.data / "media" / ".being-written").exists()
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600


@pytest.mark.skipif(len(DATABASES) < 2, reason="wants both databases")
def test_a_backup_is_also_the_move_to_the_other_database(full: Settings, saved: Path, make: Make, kind: str) -> None:
    other = make("other", "sqlite" if kind == "postgresql" else "postgresql", ready=False)
    restore(other, saved, NOON, quiet)
    before, after = digests(full), digests(other)
    assert {name for name in before if before[name] != after[name]} <= SETTLED
    database_of = make_engine(other.database_url, pool_size=2)
    added = Store(database_of).write(lambda session: make_user(session, "carla").id)
    database_of.dispose()
    assert added == ask(full, "SELECT max(id) FROM users") + 1
    assert ask(other, "SELECT count(*) FROM users") == 3


def test_numbers_once_given_are_not_given_again(full: Settings, make: Make, tmp_path: Path) -> None:
    row = "INSERT INTO deliveries (event, payload, subscriber, channel, state, attempts, created_at, run_at) VALUES "
    tell(full, row + "('A', '{}', 'b', 'work', 'done', 0, '2026-01-01 00:00:00.000000', '2026-01-01 00:00:00.000000')")
    given = ask(full, "SELECT max(id) FROM deliveries")
    tell(full, "DELETE FROM deliveries")
    make_backup(full, tmp_path / "b.zip", NOON, quiet)
    target = make("target", ready=False)
    restore(target, tmp_path / "b.zip", NOON, quiet)
    tell(
        target, row + "('A', '{}', 'b', 'work', 'done', 0, '2026-01-01 00:00:00.000000', '2026-01-01 00:00:00.000000')"
    )
    assert ask(target, "SELECT max(id) FROM deliveries") == given + 1


def test_everybody_signs_in_anew_and_nothing_is_in_anybodys_hands(full: Settings, make: Make, tmp_path: Path) -> None:
    moment = "'2026-03-02 12:00:00.000000'"
    tell(
        full,
        "INSERT INTO user_sessions (token_hash, user_id, user_agent, created_at, seen_at, expires_at) "
        f"VALUES ('x', 1, '', {moment}, {moment}, '2036-01-01 00:00:00.000000')",
        "INSERT INTO deliveries (event, payload, subscriber, channel, state, attempts, created_at, run_at, leased_until,"
        f" leased_by) VALUES ('A', '{{}}', 'b', 'mail', 'waiting', 0, {moment}, {moment}, {moment}, 'me')",
    )
    make_backup(full, tmp_path / "b.zip", NOON, quiet)
    target = make("target", ready=False)
    assert restore(target, tmp_path / "b.zip", NOON, quiet).mails_waiting == 1
    assert ask(target, "SELECT count(*) FROM user_sessions WHERE ended_at IS NULL") == 0
    assert ask(target, "SELECT count(*) FROM deliveries WHERE leased_until IS NOT NULL") == 0
    assert ask(full, "SELECT count(*) FROM user_sessions WHERE ended_at IS NULL") == 1


def test_a_backup_under_writing_holds_one_moment(full: Settings, make: Make, tmp_path: Path) -> None:
    """Every unit of work writes two tables, one after the other: a backup has both rows of it or none."""
    engine = make_engine(full.database_url, pool_size=4)
    store, stop, written = Store(engine), threading.Event(), [0]

    def pair(number: int) -> Callable[[Any], None]:
        def work(session: Any) -> None:
            session.execute(
                text(f"INSERT INTO tags (name, descriptions, question_count) VALUES ('p{number}', '{{}}', 0)")
            )
            session.execute(
                text(
                    'INSERT INTO usages (key, "window", count, ends_at)'
                    f" VALUES ('p{number}', 0, 0, '2026-03-02 12:00:00.000000')"
                )
            )

        return work

    def keep_writing() -> None:
        while not stop.is_set():
            store.write(pair(written[0]))
            written[0] += 1

    writer = threading.Thread(target=keep_writing)
    for number in range(40):
        store.write(pair(number))
    written[0] = 40
    writer.start()
    try:
        files = [tmp_path / f"{number}.zip" for number in range(3)]
        counted = []
        for file in files:
            before = written[0]
            made = make_backup(full, file, NOON, quiet)
            counted.append((before, written[0], {part.name: part.rows for part in made.manifest.tables}))
    finally:
        stop.set()
        writer.join()
        engine.dispose()
    for before, after, rows in counted:
        assert rows["usages"] == rows["tags"] - 1
        assert before <= rows["usages"] <= after + 1
    assert written[0] > counted[0][0]
    target = make("target", ready=False)
    restore(target, files[-1], NOON, quiet)
    kept = ask(target, "SELECT count(*) FROM usages")
    assert kept == counted[-1][2]["usages"]
    assert ask(target, "SELECT count(*) FROM usages WHERE key NOT IN (SELECT name FROM tags)") == 0
    assert ask(target, f"SELECT count(*) FROM usages WHERE key = 'p{kept - 1}'") == 1


def test_an_existing_file_is_left_alone(full: Settings, saved: Path) -> None:
    before = saved.read_bytes()
    with pytest.raises(CannotBackUp, match="exists"):
        make_backup(full, saved, NOON, quiet)
    assert saved.read_bytes() == before
    make_backup(full, saved, NOON + timedelta(days=1), quiet, force=True)
    assert saved.read_bytes() != before
    assert [path.name for path in saved.parent.iterdir() if path.name.startswith(".")] == []


def test_a_backup_that_does_not_come_back_whole_is_thrown_away(
    full: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = archive.ArchiveWriter.add

    def forgetful(self: archive.ArchiveWriter, member: str, blocks: Any, **more: Any) -> tuple[int, int, str]:
        count, size, digest = honest(self, member, blocks, **more)
        return (count, size, "0" * 64) if "users" in member else (count, size, digest)

    monkeypatch.setattr(making.ArchiveWriter, "add", forgetful)
    with pytest.raises(CannotBackUp, match="users"):
        make_backup(full, tmp_path / "b.zip", NOON, quiet)
    assert list(tmp_path.glob("*b.zip*")) == []


def test_there_is_nothing_to_back_up(make: Make, tmp_path: Path) -> None:
    with pytest.raises(CannotBackUp, match="nothing to back up"):
        make_backup(make("empty", ready=False), tmp_path / "b.zip", NOON, quiet)
    assert not (tmp_path / "b.zip").exists()


def test_what_is_there_is_put_aside_and_only_when_told(full: Settings, saved: Path, make: Make, kind: str) -> None:
    target = make("target")
    tell(target, "INSERT INTO tags (name, descriptions, question_count) VALUES ('mine', '{}', 0)")
    before = digests(target)
    with pytest.raises(CannotRestore, match="--force"):
        restore(target, saved, NOON, quiet)
    assert digests(target) == before
    done = restore(target, saved, NOON, quiet, force=True)
    assert ask(target, "SELECT count(*) FROM tags WHERE name = 'mine'") == 0
    assert done.aside is not None
    if kind == "sqlite":
        old = Settings(database_url=f"sqlite:///{Path(done.aside) / 'sportello.sqlite'}")
        assert ask(old, "SELECT count(*) FROM tags WHERE name = 'mine'") == 1
    else:
        schema = done.aside.split()[2].rstrip(",")
        assert ask(target, f"SELECT count(*) FROM {schema}.tags WHERE name = 'mine'") == 1
    again = restore(target, saved, NOON + timedelta(seconds=1), quiet, force=True)
    assert again.aside != done.aside


def test_nothing_is_restored_under_a_running_server(full: Settings, saved: Path, make: Make, kind: str) -> None:
    target = make("target")
    with Hold(target.data, alone=False), pytest.raises(CannotRestore, match="Stop it first"):
        restore(target, saved, NOON, quiet)
    if kind == "postgresql":
        engine = make_engine(target.database_url, pool_size=1)
        with engine.connect(), pytest.raises(CannotRestore, match="Stop it first"):
            restore(target, saved, NOON, quiet)
        engine.dispose()
    assert ask(target, "SELECT count(*) FROM users") == 0
    restore(target, saved, NOON, quiet)
    assert ask(target, "SELECT count(*) FROM users") == 2


def killed_at(target: Settings, saved: Path, moves: int) -> bool:
    """Restore in a process that dies at its n-th move; says whether it died."""

    def child() -> None:
        honest, left = Path.rename, [moves]

        def rename(self: Path, place: Path) -> Path:
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1
            return honest(self, place)

        Path.rename = rename  # type: ignore[assignment, method-assign]
        restore(target, saved, NOON, quiet, force=True)

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.join(60)
    return process.exitcode == -signal.SIGKILL


def test_a_restore_that_is_killed_leaves_the_old_or_the_new(full: Settings, saved: Path, make: Make) -> None:
    wanted, target = digests(full), make("target")
    for moves in range(20):
        tell(target, "INSERT INTO tags (name, descriptions, question_count) VALUES ('old', '{}', 0)")
        (target.data / "media").mkdir(exist_ok=True)
        (target.data / "media" / "old.webp").write_bytes(b"old")
        if not killed_at(target, saved, moves):
            break
        assert (target.data / JOURNAL).exists()
        assert finish_interrupted(target) is True
        after = digests(target)
        assert {name for name in wanted if wanted[name] != after[name]} <= SETTLED
        assert not (target.data / "media" / "old.webp").exists()
        assert (target.data / "media" / "ab" / "picture.webp").exists()
        assert not (target.data / JOURNAL).exists()
        assert len(list(target.data.glob("before-restore-*/media/old.webp"))) == moves + 1
    assert moves >= 3


def test_a_restore_that_is_killed_before_its_moves_changed_nothing(
    full: Settings, saved: Path, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = make("target")
    tell(target, "INSERT INTO tags (name, descriptions, question_count) VALUES ('old', '{}', 0)")
    before = digests(target)

    def child() -> None:
        def die(*_: Any) -> None:
            os.kill(os.getpid(), signal.SIGKILL)

        from forum.transfer.backup import restoring

        restoring.settle = die  # type: ignore[assignment]
        restore(target, saved, NOON, quiet, force=True)

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert finish_interrupted(target) is False
    assert digests(target) == before
    restore(target, saved, NOON, quiet, force=True)
    assert ask(target, "SELECT count(*) FROM users") == 2


def test_an_older_backup_comes_back_under_a_newer_program(
    full: Settings, saved: Path, make: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A revision is added to the history; what was saved before it is restored and upgraded."""
    import shutil

    from forum.migrations import steps

    history = tmp_path / "history"
    shutil.copytree(steps.MIGRATIONS, history)
    newest = steps.newest_revision()
    (history / "versions" / "9998_a_new_table.py").write_text(
        f'"""A new table."""\nimport sqlalchemy as sa\nfrom alembic import op\nrevision = "9998"\n'
        f'down_revision = "{newest}"\nbranch_labels = None\ndepends_on = None\n\n\ndef upgrade() -> None:\n'
        '    op.create_table("new_things", sa.Column("id", sa.Integer(), primary_key=True))\n'
        '    op.execute("INSERT INTO new_things (id) SELECT id FROM users")\n'
    )
    monkeypatch.setattr(steps, "MIGRATIONS", history)
    target = make("target", ready=False)
    restore(target, saved, NOON, quiet)
    assert ask(target, "SELECT count(*) FROM new_things") == 2
    assert ask(target, "SELECT version_num FROM alembic_version") == "9998"
    assert database.newest_revision() == "9998"
