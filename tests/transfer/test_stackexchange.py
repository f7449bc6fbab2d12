"""A dump comes in whole, adds up, and can be brought in again."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.base.outbox import Delivery
from forum.base.parts import Parts
from forum.cli.imports import import_
from forum.questions.models import Answer, Comment, OldAddress, Question, QuestionLink, Revision, Tag, Vote
from forum.transfer.models import ImportedRow
from tests.transfer import dumps

SITE = ("--site", "gear.example.com")

Bring = Callable[..., Result]


@pytest.fixture
def bring(parts: Parts) -> Bring:
    """`bring(folder)` runs the command as the terminal would."""

    def run(folder: Path, *options: str) -> Result:
        return CliRunner().invoke(import_, ["stackexchange", str(folder), *options], obj=lambda: parts)

    return run


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    return dumps.modern(tmp_path / "dump")


def report_of(parts: Parts) -> dict[str, Any]:
    newest = max((parts.settings.data / "reports").glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
    report: dict[str, Any] = json.loads(newest.read_text())
    return report


def reasons(report: dict[str, Any], part: str = "left_out") -> dict[tuple[str, str], int]:
    return {(line["what"], line["why"]): line["count"] for line in report[part]}


def post(session: Session, kind: type[Any], number: int) -> Any:
    row = session.scalars(
        select(ImportedRow).where(ImportedRow.kind == kind.__name__.lower(), ImportedRow.source_id == str(number))
    ).one()
    return session.get_one(kind, row.made_id)


def everything(session: Session) -> dict[str, Any]:
    """Every row that an import makes, without the ids that differ from run to run."""
    session.expire_all()
    return {
        "questions": [
            (q.title, q.text, q.html, q.score, q.imported_up, q.imported_down, q.state, q.answer_count, q.view_count,
             q.created_at, q.active_at, q.asker.name, sorted(tag.name for tag in q.tags), q.origin_url)
            for q in session.scalars(select(Question).order_by(Question.origin_url, Question.title))
        ],
        "answers": [
            (a.text, a.score, a.is_accepted, a.author.name, a.created_at, a.origin_url, a.question.title)
            for a in session.scalars(select(Answer).order_by(Answer.origin_url))
        ],
        "comments": [
            (c.text, c.imported_score, c.author.name, c.question.title, c.answer.text if c.answer else None)
            for c in session.scalars(select(Comment).order_by(Comment.origin_url))
        ],
        "tags": [
            (t.name, t.descriptions, t.question_count) for t in session.scalars(select(Tag).order_by(Tag.name))
        ],
        "users": session.scalar(select(func.count()).select_from(User)),
        "revisions": session.scalar(select(func.count()).select_from(Revision)),
        "links": session.scalar(select(func.count()).select_from(QuestionLink)),
        "addresses": list(session.scalars(select(OldAddress.path).order_by(OldAddress.path))),
        "rows": session.scalar(select(func.count()).select_from(ImportedRow)),
    }  # fmt: skip


def test_what_is_in_the_dump_is_what_was_imported_and_what_the_report_names(
    bring: Bring, dump: Path, parts: Parts
) -> None:
    result = bring(dump, *SITE)
    assert result.exit_code == 0, result.output
    report = report_of(parts)
    assert report["in_dump"] == {
        "questions": 4, "answers": 4, "comments": 8, "accepted_answers": 3, "up_votes": 6, "down_votes": 2,
        "authors": 5, "related_links": 2, "duplicate_links": 2,
    }  # fmt: skip
    assert report["imported"] == {
        "questions": 3, "answers": 2, "comments": 5, "accepted_answers": 1, "up_votes": 3, "down_votes": 1,
        "authors": 5, "related_links": 1, "duplicate_links": 1,
    }  # fmt: skip
    assert reasons(report) == {
        ("questions", "deleted there"): 1,
        ("answers", "to a question that is not in the dump"): 1,
        ("answers", "to a question that was left out"): 1,
        ("comments", "on a post that is neither question nor answer"): 1,
        ("comments", "on a post that is not in the dump"): 1,
        ("comments", "on a post that was left out"): 1,
        ("accepted_answers", "which are not in the dump"): 1,
        ("accepted_answers", "which belong to another question"): 1,
        ("up_votes", "on a post that is not in the dump"): 2,
        ("up_votes", "on a post that is neither question nor answer"): 1,
        ("down_votes", "on a post that was left out"): 1,
        ("related_links", "with a post that is no question here"): 1,
        ("duplicate_links", "with a post that is not in the dump"): 1,
    }
    notes = reasons(report, "notes")
    assert notes["votes", "are no votes: type 8, bounties begun"] == 1
    assert notes["votes", "are no votes: type 1, marks of acceptance"] == 2
    assert notes["marks of acceptance", "for an answer that is not in the dump"] == 1
    assert notes["scores", "differ from the votes, which count"] == 2
    assert notes["posts rows", "not read: a row without a number, a kind or a date"] == 1
    assert result.output.splitlines()[-1].startswith("Imported from gear.example.com: 3 questions, 2 answers")


def test_a_question_comes_with_all_that_belongs_to_it(bring: Bring, dump: Path, session: Session) -> None:
    bring(dump, *SITE)
    first = post(session, Question, 1)
    assert first.text == "The light of router 1 is **red**."
    assert first.html == "<p>The light of router 1 is <strong>red</strong>.</p>\n"
    assert (first.imported_up, first.imported_down, first.score, first.up_count) == (2, 1, 1, 0)
    assert (first.view_count, first.answer_count, first.state, first.language) == (7, 2, "solved", "en")
    assert first.created_at.isoformat() == "2018-06-01T10:00:00+00:00"
    assert first.origin_url == "https://gear.example.com/questions/1"
    assert first.origin_license == "CC BY-SA 4.0"
    assert [tag.name for tag in first.tags] == ["light", "q#", "router"]
    accepted = post(session, Answer, 3)
    assert accepted.is_accepted and accepted.accepted_by_id == first.asker_id
    assert accepted.accepted_at.isoformat() == "2018-06-02T00:00:00+00:00"
    assert accepted.edited_at.isoformat() == "2018-06-03T00:00:00+00:00"
    assert accepted.origin_url == "https://gear.example.com/a/3"
    revisions = session.scalars(select(Revision).where(Revision.answer_id == accepted.id)).all()
    assert [(each.number, each.text, each.at) for each in revisions] == [(1, "Restart it.", accepted.edited_at)]
    assert session.scalar(select(func.count()).select_from(Vote)) == 0
    assert post(session, Comment, 1).imported_score == 4


def test_a_closed_question_and_its_links(bring: Bring, dump: Path, session: Session) -> None:
    bring(dump, *SITE)
    first, closed = post(session, Question, 1), post(session, Question, 2)
    assert (closed.state, closed.closed_why) == ("closed", "Closed as a duplicate on gear.example.com.")
    links = session.scalars(select(QuestionLink).order_by(QuestionLink.kind)).all()
    assert [(each.source_id, each.target_id, each.kind) for each in links] == [
        (closed.id, first.id, "duplicate"),
        (closed.id, first.id, "related"),
    ]


def test_tags_are_described_and_counted(bring: Bring, dump: Path, session: Session) -> None:
    bring(dump, *SITE)
    tags = {tag.name: tag for tag in session.scalars(select(Tag))}
    assert tags["router"].descriptions == {"en": "For all that has to do with routers."}
    assert {name: tag.question_count for name, tag in tags.items()} == {"router": 3, "light": 3, "q#": 1}


def test_authors_are_named_and_cannot_sign_in(bring: Bring, dump: Path, session: Session) -> None:
    bring(dump, *SITE)
    ann = post(session, Question, 1).asker
    assert (ann.name, ann.about, ann.email, ann.password_hash) == ("Ann", "I **ask**.", None, None)
    assert ann.origin_url == "https://gear.example.com/users/1"
    assert post(session, Answer, 4).author.name == "user306"
    assert post(session, Comment, 6).author_id == post(session, Answer, 4).author_id
    assert post(session, Comment, 7).author.name == "Former user"
    assert post(session, Comment, 8).author.name == "user44"
    assert "Nobody" not in set(session.scalars(select(User.name)))


def test_comments_are_lines_without_blocks(bring: Bring, dump: Path, session: Session) -> None:
    bring(dump, *SITE)
    html = post(session, Comment, 2).html
    assert html == "<p># no heading, but <em>stress</em> &amp; &lt;b&gt;words&lt;/b&gt;</p>\n"


@pytest.mark.parametrize(
    ("day", "licence"),
    [
        ("2011-04-07T23:59:59.000", "CC BY-SA 2.5"),
        ("2011-04-08T00:00:00.000", "CC BY-SA 3.0"),
        ("2018-05-01T23:59:59.000", "CC BY-SA 3.0"),
        ("2018-05-02T00:00:00.000", "CC BY-SA 4.0"),
    ],
)
def test_the_licence_is_that_of_the_day(bring: Bring, tmp_path: Path, session: Session, day: str, licence: str) -> None:
    dumps.write(tmp_path / "dump", "Posts", [dumps.question(1, CreationDate=day)])
    bring(tmp_path / "dump", *SITE)
    assert post(session, Question, 1).origin_license == licence


def test_the_row_may_name_its_licence_itself(bring: Bring, dump: Path, session: Session) -> None:
    bring(dump, *SITE)
    assert post(session, Question, 11).origin_license == "CC BY-SA 9.9"


def test_the_old_schema_is_read_too(bring: Bring, tmp_path: Path, session: Session, parts: Parts) -> None:
    result = bring(dumps.old(tmp_path / "old"), *SITE)
    assert result.exit_code == 0, result.output
    question = post(session, Question, 5)
    assert (question.origin_license, question.state, question.imported_up) == ("CC BY-SA 2.5", "solved", 1)
    assert [tag.name for tag in question.tags] == ["e-ink", "kindle"]
    assert post(session, Answer, 6).accepted_at.isoformat() == "2010-07-15T00:00:00+00:00"
    files = report_of(parts)["files"]
    assert files["missing"] == ["tags", "postlinks", "posthistory"] and files["not_read"] == ["schema.txt"]


def test_bringing_it_in_again_changes_nothing(bring: Bring, dump: Path, session: Session, parts: Parts) -> None:
    bring(dump, *SITE)
    session.commit()
    before, first = everything(session), report_of(parts)
    result = bring(dump, *SITE)
    assert result.exit_code == 0, result.output
    assert everything(session) == before
    again = report_of(parts)
    assert (again["imported"], again["left_out"]) == (first["imported"], first["left_out"])
    assert set(again["made_now"].values()) == {0}


def test_a_newer_dump_adds_what_is_new_and_counts_votes_again(
    bring: Bring, dump: Path, session: Session, parts: Parts
) -> None:
    bring(dump, *SITE)
    question = post(session, Question, 1)
    question.up_count, question.score = 5, question.score + 5
    session.commit()
    dumps.write(dump, "Votes", dumps.votes((1, 2), (1, 2), (1, 2), (3, 2), (3, 1)))
    dumps.write(dump, "Comments", [dumps.comment(1, 1), dumps.comment(70, 1, Text="A newer one")])
    assert bring(dump, *SITE).exit_code == 0
    session.expire_all()
    assert (question.imported_up, question.imported_down, question.score) == (3, 0, 8)
    assert post(session, Comment, 70).text == "A newer one"
    assert session.scalar(select(func.count()).select_from(Question)) == 3


def test_what_was_taken_back_here_stays_so(bring: Bring, dump: Path, session: Session, parts: Parts) -> None:
    bring(dump, *SITE)
    accepted = post(session, Answer, 3)
    accepted.accepted_at = None
    session.commit()
    assert bring(dump, *SITE).exit_code == 0
    session.expire_all()
    assert not accepted.is_accepted
    assert reasons(report_of(parts))["accepted_answers", "changed here since it was imported"] == 1


def test_a_dry_run_says_the_same_and_writes_nothing(bring: Bring, dump: Path, session: Session, parts: Parts) -> None:
    before = everything(session)
    result = bring(dump, *SITE, "--dry-run")
    assert result.exit_code == 0, result.output
    assert "Would import from gear.example.com: 3 questions, 2 answers, 5 comments" in result.output
    assert everything(session) == before
    assert not (parts.settings.data / "reports").exists()


def test_the_dump_itself_tells_its_site(bring: Bring, dump: Path, session: Session) -> None:
    bring(dump)
    assert post(session, Question, 1).origin_url == "https://gear.example.com/questions/1"


def test_a_dump_that_tells_no_site_comes_in_without_addresses(
    bring: Bring, tmp_path: Path, session: Session, parts: Parts
) -> None:
    folder = tmp_path / "silent"
    dumps.write(folder, "Posts", [dumps.question(1)])
    assert bring(folder).exit_code == 0
    assert post(session, Question, 1).origin_url is None
    assert ("addresses", "are not kept: the dump does not say which site it is of; name it with --site") in reasons(
        report_of(parts), "notes"
    )
    refused = bring(folder, *SITE)
    assert (refused.exit_code, session.scalar(select(func.count()).select_from(Question))) == (1, 1)
    assert "was imported before as dump-1-" in refused.output


def test_every_question_is_announced_once(bring: Bring, dump: Path, session: Session) -> None:
    bring(dump, *SITE)
    bring(dump, *SITE)
    told = session.execute(
        select(Delivery.subscriber, Delivery.payload).where(Delivery.event == "QuestionImported")
    ).all()
    made = session.scalars(select(Question.id)).all()
    heard = sorted((subscriber, json.loads(payload)["question_id"]) for subscriber, payload in told)
    assert heard and heard == sorted(
        (subscriber, number) for subscriber in {each for each, _ in heard} for number in made
    )


@pytest.mark.parametrize("path", ["questions/1", "questions/1/why-is-it", "q/1", "q/1/12"])
def test_old_addresses_of_questions_lead_here(
    bring: Bring, dump: Path, session: Session, browser: Any, path: str
) -> None:
    bring(dump, *SITE)
    answer = browser(None).get(f"/old/gear.example.com/{path}")
    question = post(session, Question, 1)
    assert (answer.status_code, answer.location) == (308, f"/questions/{question.id}/{question.slug}")


@pytest.mark.parametrize("path", ["a/3", "a/3/12", "questions/1/why-is-it/3"])
def test_old_addresses_of_answers_lead_to_their_place(
    bring: Bring, dump: Path, session: Session, browser: Any, path: str
) -> None:
    bring(dump, *SITE)
    answer = browser(None).get(f"/old/gear.example.com/{path}")
    assert answer.status_code == 308
    assert answer.location.endswith(f"#answer-{post(session, Answer, 3).id}")


@pytest.mark.parametrize("path", ["questions/999", "a/999", "users/1", "questions/x", "old.example.com/q/1"])
def test_an_old_address_that_led_nowhere_still_does(bring: Bring, dump: Path, browser: Any, path: str) -> None:
    bring(dump, *SITE)
    assert browser(None).get(f"/old/gear.example.com/{path}").status_code == 404
    assert browser(None).get("/old/other.example.com/questions/1").status_code == 404


def test_the_old_host_itself_only_leads_on(bring: Bring, dump: Path, app_with: Callable[..., Flask]) -> None:
    bring(dump, *SITE)
    client = app_with(old_hosts=("gear.example.com",)).test_client()
    base = {"base_url": "http://gear.example.com"}
    led = client.get("/questions/1/why is it", **base)
    assert (led.status_code, led.location) == (
        308,
        "http://127.0.0.1:5000/old/gear.example.com/questions/1/why%20is%20it",
    )
    assert client.get("/", **base).location == "http://127.0.0.1:5000/"
    assert client.post("/account/sign-in", **base).status_code in (403, 404)
    assert client.get("/questions", base_url="http://127.0.0.1:5000").status_code == 200
    assert client.get("/questions", base_url="http://other.example.com").status_code == 400
