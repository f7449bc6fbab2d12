"""The staff log in words: what was done, to what, and what it was like before."""

from dataclasses import replace
from typing import Any

from forum.accounts.models import StaffAct
from forum.base.words import Sentence, say
from forum.web.admin.forms import SHORT_WORDS
from forum.web.moderation.wording import DECISION_WORDS
from forum.web.tickets.forms import KIND_WORDS as MESSAGE_KINDS
from forum.web.tickets.forms import STATUS_WORDS

VERBS: dict[str, Sentence] = {
    "accept_answer": say("accepted for the asker"),
    "withdraw_acceptance": say("withdrew the acceptance"),
    "edit": say("changed the text"),
    "hide": say("hid"),
    "restore": say("showed again"),
    "delete": say("deleted"),
    "undelete": say("took back the deletion"),
    "close": say("closed"),
    "reopen": say("reopened"),
    "archive_article": say("put into the archive"),
    "restore_article": say("took out of the archive"),
    "add_person": say("added"),
    "change_powers": say("changed roles and rights"),
    "disable": say("closed the account"),
    "enable": say("opened the account again"),
    "end_sessions": say("signed out everywhere"),
    "erase_person": say("erased"),
    "add_contact": say("added"),
    "edit_contact": say("changed"),
    "add_point": say("added a way to reach them"),
    "remove_point": say("removed a way to reach them"),
    "add_external_id": say("added a customer number"),
    "remove_external_id": say("removed a customer number"),
    "join_user": say("joined with a forum user"),
    "part_user": say("parted from a forum user"),
    "assign_ticket": say("handed over"),
    "set_ticket_status": say("changed the state"),
    "link": say("added a link"),
    "unlink": say("took a link away"),
    "add_product": say("added"),
    "edit_product": say("changed"),
    "move_product": say("moved"),
    "archive_product": say("stopped offering"),
    "restore_product": say("offered again"),
    "describe_tag": say("described"),
    "rename_tag": say("renamed"),
    "add_synonym": say("added a synonym"),
    "merge_tags": say("merged"),
    "part_synonym": say("made a tag of its own of a synonym"),
    "delete_tag": say("deleted"),
    "drop_delivery": say("dropped"),
    "change_brand": say("changed the brand"),
    "undo_brand": say("took back the change of the brand"),
    "decide": say("decided about a flag"),
    "undo_decision": say("undid a decision"),
    "promote_answer": say("made an article of an answer"),
    "edit_article": say("changed the text"),
    "discard_draft": say("threw a draft away"),
    "ask_review": say("asked for a review"),
    "approve_article": say("approved and published"),
    "return_article": say("returned to its writer"),
    "doubt_article": say("asked for another look"),
    "gather_question": say("added a question"),
    "release_question": say("took a question away"),
    "open_ticket": say("opened"),
    "write_in_ticket": say("wrote in it"),
    "add_token": say("made an API token"),
    "write_article": say("began to write"),
    "deny_duplicate": say("said that it asks something else"),
    "undo_denial": say("took back that it asks something else"),
    "answer_gap": say("said what answers it"),
    "dismiss_gap": say("set aside"),
    "reopen_gap": say("let it wait again"),
    "send_again": say("sent again"),
    "send_all_again": say("sent all again"),
}

TARGETS: dict[str, Sentence] = {
    "user": say("person %(number)s"),
    "contact": say("contact %(number)s"),
    "ticket": say("ticket %(number)s"),
    "article": say("article %(number)s"),
    "question": say("question %(number)s"),
    "answer": say("answer %(number)s"),
    "comment": say("comment %(number)s"),
    "delivery": say("job %(number)s"),
    "product": say("product %(number)s"),
    "tag": say("tag %(number)s"),
    "brand": say("the brand"),
    "gap": say("what was not found, %(number)s"),
}

#: The same without a number.
KIND_WORDS: dict[str, Sentence] = {
    "user": say("Person"),
    "contact": say("Contact"),
    "ticket": say("Ticket"),
    "article": say("Article"),
    "question": say("Question"),
    "answer": say("An answer"),
    "comment": say("A comment"),
    "delivery": say("Job"),
    "product": say("Product"),
    "tag": say("Tag"),
    "brand": say("Brand"),
    "gap": say("What was not found"),
}

#: Where a thing is read; a comment and a job have no page of their own.
PLACES = {
    "user": "/admin/people/{}",
    "contact": "/contacts/{}",
    "ticket": "/tickets/{}",
    "article": "/kb/{}",
    "question": "/questions/{}",
    "answer": "/answers/{}",
    "gap": "/search/gaps/{}",
}

KEYS: dict[str, Sentence] = {
    "job": say("Job"),
    "about": say("About"),
    "accent": say("Colour"),
    "company": say("Name of the company"),
    "site_name": say("Name of the site"),
    "names": say("Name"),
    "descriptions": say("Description"),
    "name": say("Name"),
    "count": say("How many"),
    "status": say("State"),
    "state": say("State"),
    "roles": say("Roles"),
    "rights": say("Rights"),
    "assignee_id": say("Who works on it"),
    "version": say("Version"),
    "hidden_why": say("Why"),
    "closed_why": say("Why"),
    "duplicate_of_id": say("Asked before: question"),
    "decision": say("Decision"),
    "flags": say("Flags"),
    "channel": say("Channel"),
    "kind": say("Kind"),
    "fields": say("Fields"),
    "scopes": say("Scopes"),
    "sessions": say("Browsers signed in"),
    "system": say("System"),
    "deleted_by_id": say("Deleted by"),
    "answer_id": say("An answer"),
    "article_id": say("Article"),
    "question_id": say("Question"),
    "accepted_answer_id": say("Accepted answer"),
    "user_id": say("Forum user"),
}

STATE_WORDS: dict[str, Sentence] = {
    "draft": say("Draft"),
    "in_review": say("In review"),
    "published": say("Published"),
    "archived": say("Archived"),
    "shown": say("In sight"),
    "hidden": say("Hidden"),
    "deleted": say("Deleted"),
    "waiting": say("Waiting"),
    "answered": say("Answered"),
    "solved": say("Solved"),
    "closed": say("Closed"),
    "open": say("Open to its owner"),
    "dead": say("Given up"),
    "dismissed": say("Set aside"),
}

#: How a ticket came in.
CHANNEL_WORDS: dict[str, Sentence] = {
    "agent": say("written down by an agent"),
    "api": say("a program"),
}

VALUES: dict[str, dict[str, Sentence]] = {
    "channel": CHANNEL_WORDS,
    "kind": {**MESSAGE_KINDS, "email": say("E-mail"), "phone": say("Phone")},
    "status": {**STATUS_WORDS},
    "state": STATE_WORDS,
    "roles": SHORT_WORDS,
    "rights": SHORT_WORDS,
    "decision": {**DECISION_WORDS},
}

#: Keys whose value is somebody, not something.
PEOPLE = frozenset(("assignee_id", "deleted_by_id", "user_id"))


def verb_word(verb: str) -> Sentence | str:
    """What was done; what was done to a text is named for each kind of text (`hide_answer`)."""
    return VERBS.get(verb) or VERBS.get(verb.rpartition("_")[0]) or verb.replace("_", " ")


def target_kind_word(kind: str) -> Sentence:
    """A kind of thing, for the filter."""
    return KIND_WORDS[kind]


def target_word(act: StaffAct) -> Sentence | str:
    """The thing by its kind and number."""
    word = TARGETS.get(act.target_kind)
    return replace(word, values={"number": act.target_id}) if word else f"{act.target_kind} {act.target_id}"


def target_url(act: StaffAct) -> str | None:
    """Where staff can look at it, if it has a page."""
    place = PLACES.get(act.target_kind)
    return place.format(act.target_id) if place else None


def described(state: dict[str, Any]) -> list[tuple[Sentence | str, list[Sentence | str]]]:
    """What is worth reading of what was kept: a name and its values. Numbers of rows nobody sees are left out."""
    return [
        (KEYS.get(key) or key.replace("_", " "), _values(key, value))
        for key, value in state.items()
        if key in KEYS or not key.endswith("_id")
    ]


def _values(key: str, value: Any) -> list[Sentence | str]:
    known = VALUES.get(key, {})
    if value is None or value == "" or value == []:
        return ["–"]
    if key in PEOPLE:
        return [replace(TARGETS["user"], values={"number": value})]
    return [known.get(str(each)) or str(each) for each in (value if isinstance(value, list) else [value])]
