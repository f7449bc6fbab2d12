"""The demo community holds together: everybody exists, time runs forward, nobody does what they may not."""

import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from forum.transfer.demo_blocks import DemoTextError, read_offset
from forum.transfer.demo_community import Answer, Community, Question
from forum.transfer.demo_texts import DEMO, read_community
from tests.transfer.demo_problems import RIGHTS, ROLES, STATUSES, problems, texts

CAST = ("anna", "bruno", "carla", "mia", "aldo", "ada", "elena")


@pytest.fixture(scope="module")
def community() -> Community:
    return read_community()


def test_the_community_holds_together(community: Community) -> None:
    assert problems(community) == []


MISTAKES = [
    ("questions/voltura-o-subentro.md", "by: paolo", "by: nobody", "unknown person nobody"),
    ("questions/voltura-o-subentro.md", "at: -34d2h", "at: -35d", "answers out of order"),
    ("questions/voltura-o-subentro.md", "accepted: -33d6h", "accepted: -34d4h", "acceptance out of order"),
    ("questions/voltura-o-subentro.md", "up: giulia, yuki", "up: giulia, fatou", "fatou votes on their own"),
    ("questions/voltura-o-subentro.md", "up: giulia, yuki", "up: giulia, giulia", "giulia twice"),
    ("questions/voltura-o-subentro.md", "at: -33d20h", "at: -33d20h\naccepted: -30d", "2 accepted answers"),
    ("questions/voltura-o-subentro.md", "luce, gas\n", "luce, gas, app\n", "6 tags"),
    ("questions/voltura-o-subentro.md", "luce, gas\n", "luce, acqua\n", "unknown tag acqua"),
    ("questions/voltura-o-subentro.md", "language: it", "language: en", "does not read as en"),
    ("questions/voltura-o-subentro.md", "|---|---|---|\n", "", "a table that is none"),
    ("questions/odore-di-gas.md", "accepted_by: mia", "accepted_by: carla", "carla may not accept"),
    ("questions/own-router-settings.md", "by: bruno", "by: noor", "noor had not joined yet"),
    ("questions/esim-cambio-telefono.md", "Cambio telefono: come sposto la eSIM senza restare senza linea?",
     "eSIM", "title of 4"),
    ("articles/odore-di-gas.md", "odore-di-gas/bruno", "odore-di-gas/carla", "never accepted"),
    ("articles/odore-di-gas.md", "by: aldo", "by: mia", "mia reviews their own text"),
    ("articles/odore-di-gas.md", "=== submit\nby: mia\nat: -60d17h\n\n", "", "approve while draft"),
    ("articles/pagare-a-rate.md", "rate-bolletta-gas/nadia", "chiamata-contratto-scaduto/mia", "unknown source"),
    ("articles/chiamate-sospette.md", "=== approve\nby: mia", "=== approve\nby: aldo", "made from their own answer"),
    ("questions/los-lampeggia-lavori.md", "by: mia", "by: bruno", "bruno may not close"),
    ("questions/bolletta-casa-chiusa.md", "at: -3d18h", "at: -3d21h", "what was done out of order"),
    ("questions/due-case-due-settimane.md", "question:voltura", "question:no-voltura", "refers to unknown"),
    ("questions/due-case-due-settimane.md", "at: -33d", "at: -43d", "before it was asked"),
    ("questions/internet-non-va.md", "@davide", "@nobody", "unknown person nobody"),
    ("drafts.json", '"luce-rossa-modem"', '"no-such-question"', "which is not there"),
    ("drafts.json", '"luce-rossa-modem"', '""', "a answer on nothing"),
    ("drafts.json", '"luce-rossa-modem"', '"luce-rossa-box4"', "has answered luce-rossa-box4"),
    ("articles/odore-di-gas.md", "by: aldo", "by: paolo", "paolo has no right to approve"),
    ("tickets/luci-officine.md", "to: article luci-box-4", "to: article own-router", "link to unknown"),
    ("tickets/luci-officine.md", "to: resolved", "to: solved", "status solved"),
    ("tickets/luci-officine.md", "requester: brenta", "requester: anna", "unknown requester anna"),
    ("contacts.json", "+393200000101", "+39320", "phone +39320"),
    ("contacts.json", '"tier": "top"', '"tier": "gold"', "tier gold"),
    ("people.json", '"rights": ["manager"]', '"rights": ["root"]', "rights"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "right", "wrong", "found"), MISTAKES)
def test_a_mistake_is_found(tmp_path: Path, file: str, right: str, wrong: str, found: str) -> None:
    folder = shutil.copytree(DEMO, tmp_path / "demo")
    text = (folder / file).read_text(encoding="utf-8")
    assert right in text
    (folder / file).write_text(text.replace(right, wrong, 1), encoding="utf-8")
    assert any(found in problem for problem in problems(read_community(folder)))


@pytest.mark.parametrize(
    ("right", "wrong", "why"),
    [
        ("by: giulia", "by giulia", "not one `name: word` a line"),
        ("views: 623", "views: many", "not a whole number"),
        ("views: 623\n", "", "question without views"),
        ("views: 623", "viewers: 623\nviews: 623", "question does not know viewers"),
        ("at: -34d5h", "at: 5h ago", "not a time before now"),
        ("=== comment", "=== reply", "does not belong here"),
        ("=== comment", "=== message", "does not belong here"),
        ("=== comment\n", "=== answer\nby: aldo\nat: -33d9h\n\n=== comment\n", "answer needs a text"),
        ("=== comment", "=== close\nby: mia\nat: -1d\nwhy: no\n\n=== comment", "close is only for questions"),
        ("=== question\n", "", "does not begin with === question"),
    ],
)
def test_a_file_that_cannot_be_understood_is_refused_with_its_place(
    tmp_path: Path, right: str, wrong: str, why: str
) -> None:
    folder = shutil.copytree(DEMO, tmp_path / "demo")
    file = folder / "questions" / "voltura-o-subentro.md"
    file.write_text(file.read_text(encoding="utf-8").replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(DemoTextError, match=f"voltura-o-subentro.md.*{re.escape(why)}"):
        read_community(folder)


@pytest.mark.parametrize(
    ("word", "offset"),
    [
        ("-3d4h20m", timedelta(days=3, hours=4, minutes=20)),
        ("-40m", timedelta(minutes=40)),
        ("-2h", timedelta(hours=2)),
    ],
)
def test_a_time_is_so_long_before_now(word: str, offset: timedelta) -> None:
    assert read_offset(word) == -offset


@pytest.mark.parametrize("word", ["", "-", "3d", "+3d", "-3", "-4h3d", "-3d 4h", "-3.5d"])
def test_a_time_in_any_other_shape_is_refused(word: str) -> None:
    with pytest.raises(DemoTextError):
        read_offset(word)


def test_everybody_of_the_cast_can_sign_in_and_every_role_is_there(community: Community) -> None:
    people = {person.key: person for person in community.people}
    assert all(people[key].sign_in for key in CAST)
    signing_in = [person for person in community.people if person.sign_in]
    assert {role for person in signing_in for role in person.roles} == ROLES
    assert {right for person in signing_in for right in person.rights} == RIGHTS


def test_no_address_outside_the_reserved_ones_and_no_password() -> None:
    for file in DEMO.rglob("*.*"):
        text = file.read_text(encoding="utf-8")
        for domain in re.findall(r"[\w.+-]+@([\w.-]+\w)", text):
            assert domain in {"example.it", "example.com"}, file.name
        assert "http" not in text, file.name
    assert "password" not in (DEMO / "people.json").read_text(encoding="utf-8")


def test_both_languages_are_heard(community: Community) -> None:
    italian = [question for question in community.questions if question.language == "it"]
    assert len(community.questions) >= 60
    assert 0.5 <= len(italian) / len(community.questions) <= 0.7


def test_every_situation_of_a_question_can_be_seen(community: Community) -> None:
    day = timedelta(days=1)
    questions = community.questions
    waiting = [question for question in questions if not question.answers]
    assert any(question.at < -14 * day for question in waiting)
    assert any(question.at > -day for question in waiting)
    assert sum(question.accepted is not None for question in questions) >= len(questions) // 2
    assert any(answer.acceptance and not answer.acceptance.stands for answer in all_answers(community))
    assert any(answer.acceptance and answer.acceptance.by == "mia" for answer in all_answers(community))
    assert any(answer.edits for answer in all_answers(community))
    assert any(question.edits for question in questions)
    assert any(question.accepted and question.accepted.by == question.by for question in questions)
    assert any(disputed(question) and question.accepted is None for question in questions)
    assert any(disputed(question) and question.accepted is not None for question in questions)
    assert {done.kind for question in questions for done in question.done} == {"flag", "decide", "close", "delete"}
    assert any(comment.done for answer in questions for comment in answer.comments)
    assert max(len(question.comments) for question in questions) >= 10


def all_answers(community: Community) -> list[Answer]:
    return [answer for question in community.questions for answer in question.answers]


def disputed(question: Question) -> bool:
    """Several answers of different worth, and the wrong one has a comment that says why."""
    scores = {len(answer.up) - len(answer.down) for answer in question.answers}
    wrong = [answer for answer in question.answers if len(answer.down) > len(answer.up)]
    return len(scores) >= 2 and any(answer.comments for answer in wrong)


def test_every_kind_of_text_can_be_seen(community: Community) -> None:
    everything = "\n".join(text for _, _, text in texts(community))
    for shape in (r"^\|---", r"^```", r"^> ", r"^1\. ", r"^- ", r"\*\*\w", r"^## ", r"`[^`\n]+`"):
        assert re.search(shape, everything, re.MULTILINE), shape


def test_every_state_of_an_article_and_of_a_ticket_can_be_seen(community: Community) -> None:
    assert {article.state for article in community.articles} == {
        "draft",
        "in_review",
        "published",
        "archived",
    }
    assert {ticket.status for ticket in community.tickets} == STATUSES
    assert any(article.gathers for article in community.articles if article.state == "published")
    assert any(
        step.kind == "return"
        for article in community.articles
        if article.state == "in_review"
        for step in article.steps
    )
    linked = {step.to.split()[0] for ticket in community.tickets for step in ticket.steps if step.kind == "link"}
    assert linked == {"answer", "article", "question"}


def test_one_published_article_has_a_source_that_changed_since(community: Community) -> None:
    edits = {answer.key: [edit.at for edit in answer.edits] for answer in all_answers(community)}
    asking = [
        article.key
        for article in community.articles
        if article.state == "published"
        and any(at > max(step.at for step in article.steps) for at in edits[article.source])
    ]
    assert asking == ["bill-glossary", "conguaglio-due-anni"]


def test_some_contacts_are_users_and_some_are_not(community: Community) -> None:
    addresses = {person.email for person in community.people}
    users = [contact for contact in community.contacts if addresses & set(contact.emails)]
    assert 0 < len(users) < len(community.contacts)
    assert {contact.tier for contact in community.contacts} == {"basic", "plus", "top"}
