"""Real dumps: the totals are counted again here, straight from the XML; and what kill -9 leaves is completed."""

import gzip
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from sqlalchemy import func, select, text

from forum.base.db import Model, Store, make_engine
from forum.questions.models import Answer, Comment, Question
from forum.transfer.stackexchange.bringing import bring_in
from tests.transfer import dumps
from tests.transfer.test_stackexchange import everything

SHARED = Path(os.environ.get("SPORTELLO_SHARED", Path(__file__).parents[3] / "shared")) / "data"

LARGEST = "se-quantum-2018"

#: Brings in a dump and waits after so many transactions, so that it can be killed there.
CHILD = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from forum.base.db import Store, make_engine
from forum.transfer.stackexchange import bringing
url, folder, reports, stop = sys.argv[1:]
writes = 0
ahead = bringing.write_patiently
def counted(store, work):
    global writes
    writes += 1
    if writes == int(stop):
        def half(session):
            work(session)
            session.flush()
            print("here", flush=True)
            time.sleep(60)
        return ahead(store, half)
    return ahead(store, work)
bringing.write_patiently = counted
bringing.bring_in(Store(make_engine(url)), Path(folder), Path(reports), lambda: datetime.now(UTC),
                  lambda *_: lambda count: None, site="gear.example.com")
"""


def now() -> datetime:
    return datetime.now(UTC)


def silent(_label: str, _total: int) -> Any:
    return lambda count: None


def rows(folder: Path, name: str) -> Iterator[dict[str, str]]:
    path = next(path for path in folder.iterdir() if path.name.lower() == f"{name}.xml.gz")
    with gzip.open(path) as file:
        for _, element in ElementTree.iterparse(file):  # noqa: S314 - our own folder of known files
            if element.tag == "row":
                yield dict(element.attrib)


def counted(folder: Path) -> dict[str, int]:
    """What should be here afterwards, worked out without any of our code."""
    posts = {row["Id"]: row for row in rows(folder, "posts")}
    kinds = {number: row["PostTypeId"] for number, row in posts.items()}
    votes = Counter((row["VoteTypeId"], kinds.get(row["PostId"]) in ("1", "2")) for row in rows(folder, "votes"))
    return {
        "questions": sum(kind == "1" for kind in kinds.values()),
        "answers": sum(kind == "2" for kind in kinds.values()),
        "comments": sum(kinds.get(row["PostId"]) in ("1", "2") for row in rows(folder, "comments")),
        "accepted_answers": sum(row.get("AcceptedAnswerId") in posts for row in posts.values()),
        "up_votes": votes["2", True],
        "down_votes": votes["3", True],
        "lost up": votes["2", False],
        "lost down": votes["3", False],
    }


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", ["se-gadgets-2010", "se-italian-2014", "se-quantum-2018"])
def test_a_real_dump_adds_up(name: str, store: Store, tmp_path: Path) -> None:
    folder = SHARED / name
    if not folder.is_dir():
        pytest.skip("the shared data are not here")
    if name == LARGEST and not store.is_sqlite:
        pytest.skip("the two smaller dumps have shown what differs between the databases")
    report, path = bring_in(store, folder, tmp_path, now, silent)
    should = counted(folder)
    with store.reading() as session:
        up_and_down = [
            session.execute(select(func.sum(kind.imported_up), func.sum(kind.imported_down))).one()
            for kind in (Question, Answer)
        ]
        here = {
            "questions": session.scalar(select(func.count()).select_from(Question)),
            "answers": session.scalar(select(func.count()).select_from(Answer)),
            "comments": session.scalar(select(func.count()).select_from(Comment)),
            "accepted_answers": session.scalar(select(func.count()).where(Answer.accepted_at.is_not(None))),
            "up_votes": sum(int(up) for up, _ in up_and_down),
            "down_votes": sum(int(down) for _, down in up_and_down),
        }
        wrong_scores = [
            session.scalar(select(func.count()).where(kind.score != kind.imported_up - kind.imported_down))
            for kind in (Question, Answer)
        ]
        wrong_counts = session.scalar(
            select(func.count()).where(
                Question.answer_count != select(func.count()).where(Answer.question_id == Question.id).scalar_subquery()
            )
        )
    assert here == {what: should[what] for what in here} == {what: report.imported[what] for what in here}
    assert (report.left_out_of("up_votes"), report.left_out_of("down_votes")) == (
        should["lost up"],
        should["lost down"],
    )
    assert report.is_complete and path is not None and path.exists()
    assert (wrong_scores, wrong_counts) == ([0, 0], 0)
    assert not [what for what, _ in report.notes if what.endswith("texts")]


def many(folder: Path) -> Path:
    """Enough questions for several transactions."""
    dumps.write(folder, "Users", [dumps.user(number, f"Person {number}") for number in range(1, 80)])
    posts = []
    for number in range(1, 61):
        posts.append(dumps.question(number, OwnerUserId=number, AcceptedAnswerId=1000 + number))
        posts += [dumps.answer(1000 * part + number, number, OwnerUserId=number + 1) for part in (1, 2)]
    dumps.write(folder, "Posts", posts)
    dumps.write(folder, "Comments", [dumps.comment(number, number, UserId=number) for number in range(1, 61)])
    dumps.write(folder, "Votes", dumps.votes(*((number, 2 + number % 2) for number in range(1, 61))))
    links = [{"Id": each, "PostId": each, "RelatedPostId": each + 1, "LinkTypeId": 1} for each in range(1, 60)]
    dumps.write(folder, "PostLinks", links)
    return folder


@pytest.fixture
def fresh(database_url: str, tmp_path: Path) -> Iterator[Any]:
    """`fresh(name)` is an address of an empty database of its own, of either kind."""
    made: list[tuple[str, str]] = []

    def make(name: str) -> str:
        if database_url.startswith("sqlite"):
            url = f"sqlite:///{tmp_path / name}.sqlite"
        else:
            with make_engine(database_url).execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
                connection.execute(text(f"DROP SCHEMA IF EXISTS {name} CASCADE"))
                connection.execute(text(f"CREATE SCHEMA {name}"))
            made.append((database_url, name))
            joint = "&" if "?" in database_url else "?"
            url = f"{database_url}{joint}options=-csearch_path%3D{name}"
        engine = make_engine(url)
        with engine.execution_options(writes=True).begin() as connection:
            Model.metadata.create_all(connection)
        engine.dispose()
        return url

    yield make
    for url, name in made:
        with make_engine(url).execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text(f"DROP SCHEMA {name} CASCADE"))


def test_killed_anywhere_and_begun_again_it_ends_the_same(fresh: Any, tmp_path: Path) -> None:
    folder = many(tmp_path / "dump")
    whole_url = fresh("whole")
    whole = Store(make_engine(whole_url))
    bring_in(whole, folder, tmp_path / "whole", now, silent, site="gear.example.com")
    url = fresh("killed")
    for stop in (3, 7, 9):
        arguments = [sys.executable, "-c", CHILD, url, str(folder), str(tmp_path / "killed"), str(stop)]
        child = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
        assert child.stdout is not None
        assert child.stdout.readline() == "here\n"
        child.send_signal(signal.SIGKILL)
        child.wait()
    killed = Store(make_engine(url))
    report, _ = bring_in(killed, folder, tmp_path / "killed", now, silent, site="gear.example.com")
    assert report.is_complete and report.made["question"] < 60
    with killed.reading() as ours, whole.reading() as theirs:
        assert everything(ours) == everything(theirs)
