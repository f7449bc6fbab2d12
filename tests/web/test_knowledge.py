"""The knowledge base through the front door: what editors press, what readers see, and what nobody may see."""

import html
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import Settings
from forum.accounts.models import User
from forum.app import create_app, create_parts
from forum.base.db import Model, Store, make_engine
from forum.base.markup import render
from forum.base.parts import Parts
from forum.knowledge import actions
from forum.knowledge.models import DRAFT, IN_REVIEW, PUBLISHED, Article, ArticleRevision
from forum.questions import actions as questions
from forum.questions.models import Answer
from search_index.memory import MemoryIndex
from tests.builders import make_answer, make_article, make_question, make_user
from tests.conftest import Browser
from tests.ground import made_once

Open = Callable[[User | None], Browser]

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)

SECRET = "the secret is the word pomegranate"


@made_once
def answer(session: Session, anna: User, bruno: User) -> Answer:
    return make_answer(session, bruno, make_question(session, anna), accepted=True)


@made_once
def draft(session: Session, elena: User, answer: Answer) -> Article:
    return make_article(session, elena, answer, title="When the light turns red", text=f"Unplug. {SECRET}.")


@made_once
def live(session: Session, elena: User, mia: User, answer: Answer) -> Article:
    return make_article(session, elena, answer, reviewer=mia, title="When the light turns red")


def hidden(page: Any, name: str) -> str:
    """What a hidden field of the page holds."""
    for tag in re.findall(r"<input[^>]*>", page.text):
        if f'name="{name}"' in tag:
            found = re.search(r'value="([^"]*)"', tag)
            if found:
                return found[1]
    raise AssertionError(f"no field {name}")


def edit(browser: Browser, article: Article, title: str, text: str, **more: str) -> Any:
    page = browser.get(f"/kb/{article.id}/edit")
    fields = {"title": title, "text": text, "language": "en", "version": hidden(page, "version"), **more}
    return browser.send(f"/kb/{article.id}/edit", fields)


def decide(browser: Browser, article: Article, outcome: str, comment: str = "") -> Any:
    page = browser.get(f"/kb/{article.id}/{article.slug}?newest=1")
    fields = {
        "outcome": outcome,
        "comment": comment,
        "version": hidden(page, "version"),
        "source": hidden(page, "source"),
    }
    return browser.send(f"/kb/{article.id}/review", fields)


def test_from_an_accepted_answer_to_an_article_that_stays_true(
    session: Session, browser: Open, cast: dict[str, User], answer: Answer, carry: Callable[[], None]
) -> None:
    elena, mia, bruno, visitor = (browser(cast.get(name)) for name in ("elena", "mia", "bruno", "nobody"))
    question = f"/questions/{answer.question_id}/{answer.question.slug}"

    assert "Make it an article" not in browser(cast["anna"]).get(question).text
    assert "Make it an article" in elena.get(question).text
    promoted = elena.send(f"/answers/{answer.id}/promotion")
    assert promoted.status_code == 303
    article = session.scalars(select(Article)).one()
    assert promoted.headers["Location"] == f"/kb/{article.id}/edit"
    form = elena.get(promoted.headers["Location"]).text
    assert answer.text in form
    assert answer.question.text in form

    saved = edit(elena, article, "When the light turns red", "**Unplug** the antenna.", why="Shorter")
    assert saved.status_code == 303
    assert visitor.get(f"/kb/{article.id}").status_code == 404
    assert elena.send(f"/kb/{article.id}/state", {"state": "in_review"}).status_code == 303
    session.refresh(article)
    assert article.title in mia.get("/kb/drafts?state=in_review").text

    page = elena.get(f"/kb/{article.id}/{article.slug}").text
    assert "You have worked on this text yourself" in page
    assert "Approve and publish" not in page
    missing = decide(mia, article, "return")
    assert missing.status_code == 422
    assert "Please say what is missing" in missing.text
    assert decide(mia, article, "return", "Which models?").status_code == 303
    assert "Which models?" in elena.get(f"/kb/{article.id}/{article.slug}").text

    assert edit(elena, article, "When the light turns red", "**Unplug** the antenna. All models.").status_code == 303
    elena.send(f"/kb/{article.id}/state", {"state": "in_review"})
    published = decide(mia, article, "approve")
    assert published.status_code == 303
    address = f"/kb/{article.id}/when-the-light-turns-red"
    assert published.headers["Location"] == address

    page = visitor.get(address)
    assert page.status_code == 200
    assert "<strong>Unplug</strong> the antenna. All models." in page.text
    for words in ("Answered by", "Bruno", "Asked by", "Anna", "Read the answer it was made from", "Checked on"):
        assert words in page.text
    assert f'href="{question}#answer-{answer.id}"' in page.text
    assert "csrf_token" not in page.text.split("<main", 1)[1].split("</main>", 1)[0]
    assert "editors" not in page.text
    assert article.title in visitor.get("/kb").text
    assert f'href="{address}"' in visitor.get(question).text

    bruno.send(f"/answers/{answer.id}/edit", {"text": "Unplug the antenna for an hour.", "version": "1"})
    for _ in range(2):
        page = mia.get(address)
        assert "The answer it was made from was edited." in page.text
        assert "<ins>" in page.text
        assert "<del>" in page.text
        assert article.title in mia.get("/kb/drafts?state=asks").text
        assert "was edited" not in visitor.get(address).text
        carry()
    session.refresh(article)
    assert article.review_since is not None
    assert decide(mia, article, "approve").status_code == 303
    assert "The answer it was made from was edited." not in mia.get(address).text
    session.refresh(article)
    assert (article.state, article.review_since) == (PUBLISHED, None)


# -- who sees what


def test_a_kept_article_shows_nothing_old(
    browser: Open, session: Session, cast: dict[str, User], live: Article, answer: Answer, mia: User, elena: User
) -> None:
    """Each look after the first could find the piece of the one before."""
    readers = {name: browser(cast[name] if name else None) for name in ("", "anna", "bruno", "carla")}
    address = f"/kb/{live.id}/{live.slug}"

    def seen(words: str) -> set[str]:
        return {name for name, reader in readers.items() if words in html.unescape(reader.get(address).text)}

    everybody, way = set(readers), f"#answer-{answer.id}"
    question = answer.question
    assert seen(question.title) == seen(way) == seen(f">{answer.author.name}</a>") == everybody
    assert seen("At the editors") == set()
    questions.hide_answer(session, mia, answer, "Not so.", NOON)
    session.commit()
    assert seen(way) == {"bruno"}
    questions.restore_answer(session, mia, answer, NOON, "It is.")
    questions.hide_question(session, mia, question, "Not here.", NOON)
    session.commit()
    assert seen(question.title) == seen(way) == {"anna"}
    questions.restore_question(session, mia, question, NOON, "It is.")
    cast["bruno"].name = "Bruno the Elder"
    session.commit()
    assert seen(">Bruno the Elder</a>") == everybody
    edit(browser(elena), live, "When the light is red again", "Plug it in again.")
    assert seen("Plug it in again.") == set()
    session.refresh(live)
    actions.ask_review(session, elena, live, NOON)
    assert decide(browser(mia), live, "approve").status_code == 303
    session.refresh(live)
    address = f"/kb/{live.id}/{live.slug}"
    assert seen("Plug it in again.") == everybody
    assert seen("<title>When the light is red again") == everybody
    actions.archive_article(session, elena, live, NOON, "Gone.")
    session.commit()
    assert seen("Plug it in again.") == set()
    assert {reader.get(address).status_code for reader in readers.values()} == {410}


def test_what_is_asked_of_editors_stands_on_top(
    browser: Open, session: Session, draft: Article, elena: User, mia: User
) -> None:
    actions.ask_review(session, elena, draft, draft.created_at)
    address = f"/kb/{draft.id}/{draft.slug}"
    asked = "asks for your review"
    assert asked in browser(mia).get(address).text and 'href="#review"' in browser(mia).get(address).text
    assert asked not in browser(elena).get(address).text
    assert decide(browser(mia), draft, "return", "Say which models.").status_code == 303
    for page in (address, f"/kb/{draft.id}/edit"):
        text = browser(elena).get(page).text
        assert f"{mia.name} returned it" in text
        assert text.index("Say which models.") < text.index(SECRET)
    assert edit(browser(elena), draft, draft.title, f"Unplug the old models. {SECRET}.").status_code == 303
    assert "returned it" in browser(elena).get(f"{address}?newest=1").text
    session.refresh(draft)
    actions.ask_review(session, elena, draft, draft.created_at)
    assert "returned it" not in browser(elena).get(f"{address}?newest=1").text


@pytest.mark.parametrize(
    ("name", "status"), [("nobody", 404), ("anna", 404), ("bruno", 404), ("aldo", 200), ("ada", 200), ("elena", 200)]
)
def test_who_sees_a_draft(browser: Open, cast: dict[str, User], draft: Article, name: str, status: int) -> None:
    reader = browser(cast.get(name))
    for address in (f"/kb/{draft.id}/{draft.slug}", f"/kb/{draft.id}/{draft.slug}?newest=1"):
        page = reader.get(address)
        assert page.status_code == status
        assert (SECRET in page.text) is (status == 200)
    assert reader.get(f"/kb/{draft.id}").status_code == (308 if status == 200 else 404)


def test_a_newer_draft_of_a_live_article_is_not_for_readers(
    session: Session, browser: Open, live: Article, elena: User, anna: User, answer: Answer
) -> None:
    assert edit(browser(elena), live, f"Newer: {SECRET}", f"Newer text: {SECRET}").status_code == 303
    question = f"/questions/{answer.question_id}/{answer.question.slug}"
    for reader in (None, anna):
        for address in (f"/kb/{live.id}/{live.slug}", f"/kb/{live.id}/{live.slug}?newest=1", "/kb", question):
            page = browser(reader).get(address)
            assert page.status_code == 200
            assert "pomegranate" not in page.text
    assert SECRET in browser(elena).get(f"/kb/{live.id}/{live.slug}?newest=1").text
    session.refresh(live)
    assert live.state == DRAFT


@pytest.mark.parametrize(("name", "sees"), [("nobody", False), ("anna", False), ("elena", False), ("mia", True)])
def test_nothing_of_a_hidden_source_shows(
    session: Session, browser: Open, cast: dict[str, User], live: Article, answer: Answer, name: str, sees: bool
) -> None:
    """Elena edits articles but is no moderator: what was hidden is not hers to read."""
    address = f"/kb/{live.id}/{live.slug}"
    questions.edit_answer(session, cast["bruno"], answer, render(SECRET), answer.version, datetime.now(UTC))
    questions.hide_answer(session, cast["mia"], answer, "Holds a password", datetime.now(UTC))
    session.commit()
    page = browser(cast.get(name)).get(address)
    assert page.status_code == 200
    assert ("pomegranate" in page.text) is sees
    assert (f"#answer-{answer.id}" in page.text) is sees
    assert ("was hidden by a moderator" in page.text) is (name in ("elena", "mia"))


def test_only_editors_and_staff_look_at_the_desk(browser: Open, cast: dict[str, User], draft: Article) -> None:
    for address in ("/kb/drafts", f"/kb/{draft.id}/edit", f"/kb/{draft.id}/revisions"):
        assert browser(None).get(address).headers["Location"].startswith("/account/sign-in")
    assert browser(cast["anna"]).get("/kb/drafts").status_code == 403
    assert browser(cast["aldo"]).get("/kb/drafts").status_code == 200
    assert browser(cast["aldo"]).get(f"/kb/{draft.id}/edit").status_code == 403
    assert browser(cast["anna"]).get(f"/kb/{draft.id}/edit").status_code == 404


POSTS: list[tuple[str, dict[str, str]]] = [
    ("/answers/{answer}/promotion", {}),
    ("/kb/{article}/edit", {"title": "Another title", "text": "Text", "language": "en", "version": "1"}),
    ("/kb/{article}/review", {"outcome": "approve", "version": "1"}),
    ("/kb/{article}/state", {"state": "archived"}),
    ("/kb/{article}/state", {"state": "discarded"}),
    ("/kb/{article}/questions", {"question": "{question}"}),
    ("/kb/{article}/questions/release", {"question": "{question}"}),
]


@pytest.mark.parametrize(("url", "fields"), POSTS)
@pytest.mark.parametrize(
    ("name", "status"), [("nobody", 303), ("anna", 403), ("bruno", 403), ("aldo", 403), ("ada", 403)]
)
def test_who_is_no_editor_changes_nothing(
    session: Session,
    browser: Open,
    cast: dict[str, User],
    live: Article,
    answer: Answer,
    url: str,
    fields: dict[str, str],
    name: str,
    status: int,
) -> None:
    names = {"answer": answer.id, "article": live.id, "question": answer.question_id}
    sent = {key: value.format(**names) for key, value in fields.items()}
    assert browser(cast.get(name)).send(url.format(**names), sent).status_code == status
    session.refresh(live)
    assert (live.state, live.version, session.scalar(select(func.count()).select_from(Article))) == (PUBLISHED, 1, 1)


# -- addresses


def test_the_right_address(browser: Open, live: Article, session: Session, elena: User) -> None:
    right = f"/kb/{live.id}/when-the-light-turns-red"
    for wrong in (f"/kb/{live.id}", f"/kb/{live.id}/other-words"):
        moved = browser(None).get(wrong)
        assert (moved.status_code, moved.headers["Location"]) == (308, right)
    for nowhere in ("/kb/99999", "/kb/0", "/kb/9999999999999999999", "/kb/x"):
        assert browser(None).get(nowhere).status_code == 404


def test_an_article_called_like_one_of_its_pages_can_be_read(
    session: Session, browser: Open, elena: User, mia: User, answer: Answer
) -> None:
    article = make_article(session, elena, answer, reviewer=mia, title="Revisions")
    session.commit()
    moved = browser(None).get(f"/kb/{article.id}")
    assert browser(None).get(moved.headers["Location"]).status_code == 200


def test_a_withdrawn_article_leads_to_its_questions(
    browser: Open, live: Article, elena: User, answer: Answer, session: Session
) -> None:
    text = "Unplug the antenna cable"
    address = f"/kb/{live.id}/{live.slug}"
    assert browser(elena).send(f"/kb/{live.id}/state", {"state": "archived", "why": "Old"}).status_code == 303
    page = browser(None).get(address)
    assert page.status_code == 410
    assert text not in page.text
    assert answer.question.title in page.text
    assert live.title not in browser(None).get("/kb").text
    answer.question.hidden_at = datetime.now(UTC)
    session.commit()
    assert answer.question.title not in browser(None).get(address).text
    assert browser(elena).send(f"/kb/{live.id}/state", {"state": "restored"}).status_code == 303
    assert browser(None).get(address).status_code == 200


# -- what goes wrong


def test_the_slower_of_two_editors_loses_nothing(
    session: Session, browser: Open, draft: Article, elena: User, mia: User
) -> None:
    page = browser(mia).get(f"/kb/{draft.id}/edit")
    assert edit(browser(elena), draft, "Elena's title", "What Elena wrote").status_code == 303
    mine = {"title": "Mia's title", "text": "What Mia wrote", "language": "en", "version": hidden(page, "version")}
    conflict = browser(mia).send(f"/kb/{draft.id}/edit", mine)
    assert conflict.status_code == 409
    assert "What Mia wrote" in conflict.text
    assert "Elena" in conflict.text
    assert "<del>" in conflict.text
    again = {**mine, "version": hidden(conflict, "version")}
    assert browser(mia).send(f"/kb/{draft.id}/edit", again).status_code == 303
    texts = session.scalars(select(ArticleRevision.text).order_by(ArticleRevision.number)).all()
    assert texts[1:] == ["What Elena wrote", "What Mia wrote"]


def test_promoting_twice_leads_to_the_one_article(
    session: Session, browser: Open, draft: Article, answer: Answer, mia: User
) -> None:
    again = browser(mia).send(f"/answers/{answer.id}/promotion")
    assert (again.status_code, again.headers["Location"]) == (303, f"/kb/{draft.id}/{draft.slug}")
    assert session.scalar(select(func.count()).select_from(Article)) == 1


def test_approving_twice_publishes_once(
    session: Session, browser: Open, draft: Article, elena: User, mia: User
) -> None:
    browser(elena).send(f"/kb/{draft.id}/state", {"state": "in_review"})
    fields = {"outcome": "approve", "version": "1", "source": "1-accepted"}
    assert [browser(mia).send(f"/kb/{draft.id}/review", fields).status_code for _ in range(2)] == [303, 403]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "x" * 201),
        ("title", "half \ud800"),
        ("text", ""),
        ("text", "x" * 30_001),
        ("text", "[" * 20_000),
        ("language", "xx"),
        ("language", ""),
        ("why", "x" * 301),
    ],
)
def test_what_does_not_fit_comes_back_with_a_sentence(
    session: Session, browser: Open, draft: Article, elena: User, field: str, value: str
) -> None:
    fields = {"title": "A good title", "text": "A text", "language": "en", "why": "", "version": "1"}
    fields[field] = value.encode("utf-8", "surrogatepass").decode("utf-8", "replace") if "\ud800" in value else value
    answered = browser(elena).send(f"/kb/{draft.id}/edit", fields)
    if "\ud800" in value or "[" in value:
        assert answered.status_code in (303, 422)
        return
    assert answered.status_code == 422
    assert "There is a problem" in answered.text
    session.refresh(draft)
    assert draft.version == 1


@pytest.mark.parametrize("version", ["", "0", "-1", "x", "9" * 30, "²"])
def test_a_version_that_never_was_is_a_conflict(
    session: Session, browser: Open, draft: Article, elena: User, version: str
) -> None:
    fields = {"title": "A good title", "text": "A text", "language": "en", "version": version}
    assert browser(elena).send(f"/kb/{draft.id}/edit", fields).status_code == 409
    session.refresh(draft)
    assert draft.version == 1


@pytest.mark.parametrize("cursor", ["x", "W3siciI6MX0sMV0", "WzEsMl0", "W3sidiI6NX0sM10", "W3sidiI6ImEifSwzXQ"])
def test_a_damaged_link_to_the_next_page_says_so(browser: Open, live: Article, elena: User, cursor: str) -> None:
    addresses = ["/kb", f"/kb/{live.id}/revisions", "/kb/drafts?state=candidates", "/kb/drafts?state=draft"]
    for address in addresses:
        joined = "&" if "?" in address else "?"
        page = browser(elena).get(f"{address}{joined}after={cursor}")
        assert page.status_code in (200, 422)


def test_questions_come_to_an_article_by_number_or_address(
    session: Session, browser: Open, live: Article, carla: User, elena: User
) -> None:
    other = make_question(session, carla, title="Red light, again and again")
    session.commit()
    address = f"http://localhost/questions/{other.id}/red-light-again-and-again"
    editor = browser(elena)
    for sent, status in (("nonsense", 422), ("999999", 422), (address, 303), (str(other.id), 303)):
        assert editor.send(f"/kb/{live.id}/questions", {"question": sent}).status_code == status
    assert other.title in browser(None).get(f"/kb/{live.id}/{live.slug}").text
    released = editor.send(f"/kb/{live.id}/questions/release", {"question": str(other.id)})
    assert released.status_code == 303
    assert other.title not in browser(None).get(f"/kb/{live.id}/{live.slug}").text


def test_the_preview_comes_back_with_the_form(browser: Open, session: Session, draft: Article, elena: User) -> None:
    fields = {"title": "A good title", "text": "Some **bold** words", "language": "en", "version": "1", "preview": "1"}
    page = browser(elena).send(f"/kb/{draft.id}/edit", fields)
    assert "<strong>bold</strong>" in page.text
    session.refresh(draft)
    assert draft.version == 1


# -- lists


def test_every_list_of_the_desk_has_something_to_say(
    session: Session, browser: Open, elena: User, mia: User, answer: Answer
) -> None:
    states = ("in_review", "asks", "draft", "candidates", "archived", "nonsense")
    for state in states:
        assert browser(elena).get(f"/kb/drafts?state={state}").status_code == 200
    assert answer.question.title in browser(elena).get("/kb/drafts?state=candidates").text
    article = make_article(session, elena, answer, title="When the light turns red")
    session.commit()
    assert answer.question.title not in browser(elena).get("/kb/drafts?state=candidates").text
    assert article.title in browser(elena).get("/kb/drafts?state=draft").text
    actions.ask_review(session, elena, article, datetime.now(UTC))
    session.commit()
    assert article.state == IN_REVIEW
    assert article.title in browser(mia).get("/kb/drafts").text


def test_the_empty_front_page_says_where_to_go(browser: Open) -> None:
    page = browser(None).get("/kb").text
    assert "No article is published yet" in page
    assert 'href="/questions"' in page


def test_reading_is_counted_and_guessing_ahead_is_not(
    session: Session, browser: Open, parts: Parts, live: Article
) -> None:
    address = f"/kb/{live.id}/{live.slug}"
    browser(None).get(address)
    browser(None).get(address, headers={"Sec-Purpose": "prefetch"})
    parts.measures.flush()
    session.refresh(live)
    assert live.view_count == 1
    front = browser(None).get("/").text
    assert "Most read" in front
    assert f'href="{address}"' in front


def test_what_the_pages_cost(
    session: Session, browser: Open, count_queries: Any, cast: dict[str, User], mia: User, elena: User
) -> None:
    for number in range(8):
        answer = make_answer(session, cast["bruno"], make_question(session, cast["anna"]), accepted=True)
        article = make_article(session, elena, answer, reviewer=mia, title=f"Article number {number}")
        article.view_count = number
    session.commit()
    visitor, editor = browser(None), browser(elena)
    for reader, address, most in (
        (visitor, "/kb", 2),
        (visitor, f"/kb/{article.id}/{article.slug}", 4),
        (editor, f"/kb/{article.id}/{article.slug}", 9),
        (editor, "/kb/drafts?state=asks", 5),
    ):
        with count_queries() as queries:
            assert reader.get(address).status_code == 200
        assert len(queries) <= most, (address, queries)


# -- two at once, on a database of their own


def test_two_at_once(settings: Settings, tmp_path: Any, database_url: str) -> None:
    """Both press at the same moment: one article, one revision, and a sentence for whoever was slower."""
    if not database_url.startswith("sqlite"):
        pytest.skip("the shared PostgreSQL schema belongs to tests that are rolled back")
    engine = make_engine(f"sqlite:///{tmp_path / 'two.sqlite'}")
    with engine.execution_options(writes=True).begin() as connection:
        Model.metadata.create_all(connection)
    parts = create_parts(settings, store=Store(engine), index=MemoryIndex())
    app = create_app(settings, parts)
    app.test_client_class = Browser

    def set_up(session: Session) -> tuple[list[int], int]:
        people = [make_user(session, name, rights={"editor"}) for name in ("elena", "ugo")]
        anna, bruno = make_user(session, "anna"), make_user(session, "bruno")
        answer = make_answer(session, bruno, make_question(session, anna), accepted=True)
        return [person.id for person in people], answer.id

    editor_ids, answer_id = parts.store.write(set_up)
    browsers = []
    for editor_id in editor_ids:
        client = app.test_client()
        assert isinstance(client, Browser)
        with parts.store.reading() as session:
            client.sign_in(parts, session.get_one(User, editor_id))
        browsers.append(client)

    def both(send: Callable[[int, Browser], Any]) -> list[Any]:
        answers: list[Any] = [None, None]
        barrier = threading.Barrier(2)

        def press(index: int) -> None:
            barrier.wait()
            answers[index] = send(index, browsers[index])

        threads = [threading.Thread(target=press, args=(index,)) for index in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    promoted = both(lambda _index, browser: browser.send(f"/answers/{answer_id}/promotion"))
    assert [each.status_code for each in promoted] == [303, 303]
    with parts.store.reading() as session:
        (article,) = session.scalars(select(Article)).all()
    fields = {"title": "A good title", "language": "en", "version": "1"}
    saved = both(
        lambda index, browser: browser.send(f"/kb/{article.id}/edit", {**fields, "text": f"Text of editor {index}"})
    )
    assert sorted(each.status_code for each in saved) == [303, 409]
    slower = [each.status_code for each in saved].index(409)
    assert f"Text of editor {slower}" in saved[slower].text
    with parts.store.reading() as session:
        texts = session.scalars(select(ArticleRevision.text).where(ArticleRevision.number > 1)).all()
    assert texts == [f"Text of editor {1 - slower}"]
    engine.dispose()


def test_the_pages_speak_italian(session: Session, browser: Open, live: Article, elena: User) -> None:
    page = browser(None).get(f"/kb/{live.id}/{live.slug}", headers={"Accept-Language": "it"}).text
    for words in ("Verificato il", "Ha risposto", "Leggi la risposta da cui è nato", "Domande a cui risponde"):
        assert words in page
    elena.language = "it"
    session.commit()
    page = browser(elena).get(f"/kb/{live.id}/{live.slug}").text
    assert "Al tavolo della redazione" in page
    assert "Put into the archive" not in page
