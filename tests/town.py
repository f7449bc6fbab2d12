"""A small town in which every door has something behind it: one row in each state that a page or a form is about."""

from dataclasses import dataclass, field
from datetime import datetime

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from config import Settings
from forum.accounts.credentials import ask_to_change_email
from forum.accounts.links import ProofLinks
from forum.accounts.models import User
from forum.accounts.sessions import open_session
from forum.accounts.signing_up import Wish, ask_to_join
from forum.accounts.tokens import add_token
from forum.base.markup import render
from forum.base.outbox import DEAD, Delivery
from forum.base.signing import Signer
from forum.contacts.merging import merge_contacts
from forum.contacts.models import ExternalId
from forum.drafts.actions import save_draft
from forum.drafts.models import Purpose
from forum.knowledge.actions import ask_review, gather_question, review_article, save_revision
from forum.media.actions import add_picture
from forum.media.looking import Size
from forum.moderation.actions import decide
from forum.questions import actions
from forum.questions.actions import tags
from forum.questions.actions.products import archive_product
from forum.questions.models import Answer, Question, Tag
from forum.questions.queries import find_tag
from forum.search.duplicates import deny
from forum.search.gaps import answer_gap, dismiss_gap
from forum.search.models import LikelyDuplicate
from forum.tickets.actions import link, unlink
from tests.builders import (
    make_answer,
    make_article,
    make_comment,
    make_contact,
    make_flag,
    make_gap,
    make_product,
    make_question,
    make_ticket,
    make_vote,
    unlimited,
)

BROWSER = "the browser that signed up"

#: Good enough for staff, too.
PASSWORD = "tidal marmot under seven lamps"

LONG = "\n\n".join(
    [
        "Since the storm of **Tuesday** the router shows a red light.",
        "1. I unplugged it for a minute.\n2. I pressed *reset*.\n3. I called, and nobody answered.",
        "```python\nfor light in router:\n    print(light.colour)\n```",
        "> The light means: no signal.\n\n| Light | Meaning |\n|---|---|\n| red | no signal |\n| green | all is well |",
        "A long address: <https://example.it/" + "very-long-part-of-an-address/" * 5 + "> and `" + "x" * 90 + "`",
    ]
)


def hashed(password: str) -> str:
    """Hashed as cheaply as can be; what it costs in truth has a test of its own."""
    return PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(password)


@dataclass
class Town:
    """The ids and tokens that addresses are made of."""

    ids: dict[str, int] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)


def build_town(session: Session, cast: dict[str, User], settings: Settings, now: datetime) -> Town:
    """Everything, as the cast would have made it."""
    town = Town()
    with unlimited():
        _build_questions(session, cast, town, now)
        _build_knowledge(session, cast, town, now)
    _build_review(session, cast, town, now)
    _build_gaps(session, cast, town, now)
    _build_pairs(session, cast, town, now)
    _build_desk(session, cast, town, now)
    _build_accounts(session, cast, settings, town, now)
    session.flush()
    return town


def _build_questions(session: Session, cast: dict[str, User], town: Town, now: datetime) -> None:
    anna, bruno, carla, mia = cast["anna"], cast["bruno"], cast["carla"], cast["mia"]
    make_product(session, cast["ada"], now=now)
    archive_product(session, cast["ada"], make_product(session, cast["ada"], "Telefono", now=now), now)
    question = make_question(session, anna, text=LONG, tags=("router", "fibra"), product="fibra-casa", now=now)
    tags.add_synonym(session, mia, find_tag(session, "router"), "wlan", now)
    session.add(Tag(name="unused", descriptions={}, question_count=0))
    answer = make_answer(session, bruno, question, text=LONG, now=now)
    comment = make_comment(session, carla, question, now=now)
    make_comment(session, bruno, answer, now=now)
    make_vote(session, carla, answer, now=now)
    edited = make_question(session, anna, title="Which plug does the new modem need", now=now)
    actions.edit_question(
        session, anna, edited, "Which plug does the modem need", render("The white one?"), ["modem"], 1, now, "shorter"
    )
    edited_answer = make_answer(session, bruno, edited, text="The white one.", now=now)
    actions.edit_answer(session, bruno, edited_answer, render("The black one."), 1, now, "wrong colour")
    hidden = make_question(session, bruno, title="Something that is hidden", now=now)
    hidden_answer = make_answer(session, bruno, question, text="A hidden answer", now=now)
    hidden_comment = make_comment(session, bruno, question, text="A hidden comment", now=now)
    actions.hide_question(session, mia, hidden, "It names a person.", now)
    actions.hide_answer(session, mia, hidden_answer, "It names a person.", now)
    actions.hide_comment(session, mia, hidden_comment, "It names a person.", now)
    deleted = make_question(session, anna, title="Something that was deleted", now=now)
    deleted_answer = make_answer(session, bruno, question, text="A deleted answer", now=now)
    deleted_comment = make_comment(session, carla, question, text="A deleted comment", now=now)
    actions.delete_question(session, anna, deleted, now)
    actions.delete_answer(session, bruno, deleted_answer, now)
    actions.delete_comment(session, carla, deleted_comment, now)
    alone = make_question(session, anna, title="Is there a shop in Ostia", now=now)
    closed = make_question(session, bruno, title="Who knows when the office opens", now=now)
    actions.close_question(session, mia, closed, "It is on the first page.", now)
    solved = make_question(session, anna, title="The television shows no picture", now=now)
    accepted = make_answer(session, bruno, solved, text="Scan for channels again.", accepted=True, now=now)
    for name, row in {
        "question": question, "answer": answer, "comment": comment, "edited": edited, "hidden": hidden,
        "hidden_answer": hidden_answer, "hidden_comment": hidden_comment, "deleted": deleted, "alone": alone,
        "deleted_answer": deleted_answer, "deleted_comment": deleted_comment, "closed": closed, "accepted": accepted,
        "edited_answer": edited_answer,
    }.items():  # fmt: skip
        town.ids[name] = row.id


def _build_knowledge(session: Session, cast: dict[str, User], town: Town, now: datetime) -> None:
    anna, bruno, elena, mia = cast["anna"], cast["bruno"], cast["elena"], cast["mia"]

    def accepted(title: str) -> Answer:
        question = make_question(session, anna, title=title, now=now)
        return make_answer(session, bruno, question, text=LONG, accepted=True, now=now)

    live_answer, draft_answer = accepted("How is the red light put out"), accepted("How is a bill read")
    review_answer = accepted("How is a contract moved")
    live = make_article(session, elena, live_answer, reviewer=mia, text=LONG, now=now)
    for number, text in ((2, "Wait for the light."), (3, LONG)):
        save_revision(session, elena, live, live.title, render(text), now, language="en", based_on=number - 1)
    ask_review(session, elena, live, now)
    review_article(session, mia, live, "approve", "", now, version=3)
    gathered = make_question(session, bruno, title="Why is it red", now=now)
    gather_question(session, elena, live, gathered, now)
    draft = make_article(session, elena, draft_answer, now=now)
    in_review = make_article(session, elena, review_answer, now=now)
    ask_review(session, elena, in_review, now)
    town.ids |= {"live": live.id, "draft": draft.id, "in_review": in_review.id}
    town.ids |= {"live_question": live_answer.question_id, "live_answer": live_answer.id, "gathered": gathered.id}


def _build_review(session: Session, cast: dict[str, User], town: Town, now: datetime) -> None:
    """What was flagged, in each state; Bruno wrote it, Carla raised the flag that can be taken back."""
    bruno, carla, ada = cast["bruno"], cast["carla"], cast["ada"]
    flag = make_flag(session, carla, session.get_one(Answer, town.ids["answer"]), "dangerous", "It burns.", now=now)
    with unlimited():
        asked = make_question(session, bruno, title="Who wants to buy a watch", now=now)
        sold = make_question(session, bruno, title="Who wants to buy a car", now=now)
        shown = make_answer(session, bruno, asked, text="Call Rosa on 555 0134", now=now)
    question_item = make_flag(session, carla, asked, "spam", now=now).item
    decision = decide(session, ada, make_flag(session, carla, sold, "spam", now=now).item, "keep", "It is his.", now)
    decide(session, ada, make_flag(session, carla, shown, "private", now=now).item, "mend", "Leave Rosa out.", now)
    town.ids |= {
        "flag": flag.id, "item": flag.item_id, "question_item": question_item.id,
        "decided_item": decision.item_id, "decision": decision.id,
    }  # fmt: skip


def _build_pairs(session: Session, cast: dict[str, User], town: Town, now: datetime) -> None:
    """A question that may repeat an older one, and one of which a moderator said that it does not."""
    with unlimited():
        again = make_question(session, cast["bruno"], title="Why does my router show a red light", now=now)
    older = session.get_one(Question, town.ids["question"])
    session.add(LikelyDuplicate(question_id=again.id, other_id=older.id, chance=600, at=now))
    deny(session, cast["mia"], session.get_one(Question, town.ids["alone"]), older, now)
    town.ids["again"] = again.id


def _build_gaps(session: Session, cast: dict[str, User], town: Town, now: datetime) -> None:
    """What was looked for and not found, in each state."""
    waiting = make_gap(session, "how to borrow a ladder", nothing=4, now=now)
    answered = make_gap(session, "put out the red light", left=3, again=2, now=now)
    dismissed = make_gap(session, "weather on sunday", nothing=2, now=now)
    answer_gap(session, cast["elena"], answered, "article", town.ids["live"], now)
    dismiss_gap(session, cast["elena"], dismissed, now)
    town.ids |= {"gap": waiting.id, "answered_gap": answered.id, "dismissed_gap": dismissed.id}


def _build_desk(session: Session, cast: dict[str, User], town: Town, now: datetime) -> None:
    anna, bruno, aldo = cast["anna"], cast["bruno"], cast["aldo"]
    contact = make_contact(session, "Anna Conti", emails=("anna.conti@example.it",), phones=("06 1234567",), user=anna)
    contact.external_ids.append(ExternalId(system="crm", value="C-1"))
    other = make_contact(session, "Bruno Neri", emails=("bruno.neri@example.it",))
    double = make_contact(session, "Anna Conti", phones=("06 1234567",), company="Conti")
    joined = make_contact(session, "Elena N.", user=cast["elena"])
    kept_one, merged = make_contact(session, "Ugo Verdi"), make_contact(session, "Verdi, Ugo")
    merge = merge_contacts(session, aldo, kept_one, merged, 1, 1, now)
    ticket = make_ticket(session, aldo, contact, message="She calls for the third time.", now=now)
    free = make_ticket(session, aldo, other, subject="The bill is too high", now=now)
    free.assignee_id = None
    kept = link(session, aldo, ticket, session.get_one(Answer, town.ids["answer"]), now, why="the same light")
    gone = link(session, aldo, ticket, session.get_one(Answer, town.ids["live_answer"]), now)
    unlink(session, aldo, gone, now)
    session.flush()
    town.ids |= {
        "contact": contact.id, "other_contact": other.id, "point": contact.points[-1].id, "ticket": ticket.id,
        "external_id": contact.external_ids[0].id, "free_ticket": free.id, "link": kept.id, "gone_link": gone.id,
        "double": double.id, "joined": joined.id, "merged": merged.id, "merged_into": kept_one.id, "merge": merge.id,
        "anna": anna.id, "bruno": bruno.id, "contact_version": contact.version,
    }  # fmt: skip


def _build_accounts(session: Session, cast: dict[str, User], settings: Settings, town: Town, now: datetime) -> None:
    anna, bruno = cast["anna"], cast["bruno"]
    links = ProofLinks("", Signer(settings.secret_key))
    wish = Wish("zoe@example.it", "Zoe", hashed(PASSWORD), "en")
    sign_up = ask_to_join(session, wish, BROWSER, "203.0.113.9", now)
    change = ask_to_change_email(session, anna, "anna.new@example.it", "203.0.113.9", now)
    opened, _ = open_session(session, anna, "Another browser", now)
    token, _ = add_token(session, anna, "for my script", frozenset({"read"}), now)
    dead = Delivery(
        event="AnswerPosted", payload='{"answer_id": 1}', subscriber="AnswerPosted>search.reactions.on_answer",
        channel="index", state=DEAD, attempts=9, created_at=now, run_at=now, last_error="It could not be written.",
    )  # fmt: skip
    session.add(dead)
    purpose = Purpose("answer", town.ids["question"])
    draft = save_draft(session, anna, purpose, {"text": "I have a thought about it."}, 0, now)
    assert draft is not None
    picture = add_picture(session, anna, "c0ffee" * 5 + "00", Size(40, 30), now)
    session.flush()
    town.ids |= {
        "session": opened.id,
        "token": token.id,
        "delivery": dead.id,
        "draft_row": draft.id,
        "picture": picture.id,
    }
    town.tokens = {
        "confirm": links.confirm_sign_up(sign_up).rpartition("/")[2],
        "email": links.confirm_email(change).rpartition("/")[2],
        "reset": links.reset_password(bruno).rpartition("/")[2],
        "token_of_picture": picture.token,
        "set_up": links.set_up().rpartition("/")[2],
    }
