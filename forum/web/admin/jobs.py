"""What the courier carries and what it gave up, in words for whoever looks after it."""

import re
from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forum.accounts.actions import log_staff_act
from forum.base.backlog import (
    drop_delivery,
    find_backlog,
    find_delivery,
    find_lag,
    list_deliveries,
    list_schedules,
    send_all_again,
)
from forum.base.causes import Cause
from forum.base.courier import send_again
from forum.base.outbox import DEAD, WAITING, Delivery
from forum.base.requests import db, now, writes
from forum.base.words import Sentence, say, say_many
from forum.search.reactions import CHANNEL
from forum.web.admin.blueprint import administrator, asked, pages
from forum.web.forms import Line, PageForm, form_from, takes
from forum.web.language import spoken

#: What was to be done, by the beginning of the subscriber's name; the first that fits.
JOBS = (
    ("search.index", say("Bring the search up to date")),
    ("search.relate", say("Find what is related to a question")),
    ("notices.", say("Send a mail")),
    ("knowledge.", say("See whether an article is still true")),
    ("contacts.", say("Join a person with their contact")),
    ("questions.reactions.tell_questions", say("Tell the questions of a tag that it changed")),
    ("questions.reactions.tell_contact", say("Write on a contact's timeline what the person asked and answered")),
    ("tickets.", say("Bring a person's tickets to their contact")),
    ("moderation.", say("Look again at a text that was to be mended")),
    ("media.", say("Redraw a picture")),
)

#: What the timed work does, by its name.
TIMED = {
    "base.courier.forget_delivered": say("Forget jobs done days ago"),
    "base.once.forget_old_keys": say("Forget which forms were sent"),
    "base.limits.forget_usages": say("Forget who did how much"),
    "api.models.forget_old_answers": say("Forget the answers kept for programs"),
    "accounts.signing_up.forget_sign_ups": say("Forget sign-ups nobody confirmed"),
    "accounts.credentials.forget_email_changes": say("Forget address changes nobody confirmed"),
    "drafts.actions.forget_old_drafts": say("Forget drafts nobody went on with"),
    "media.actions.forget_unused": say("Forget pictures that are in no text"),
    "media.reactions.sweep_shelf": say("Clear the shelf of pictures"),
    "search.gathering.forget_gaps": say("Forget what was searched long ago"),
    "search.gathering.gather_searches": say("Gather what people searched"),
    "search.relate_older": say("Relate older questions to each other"),
    "transfer.farewells": say("Erase accounts whose time to think again is over"),
}

#: Why something failed, by the name of the error.
ERRORS = {
    "ConnectionRefusedError": say("Nobody answers at the other end. Is the server running, and the port right?"),
    "ConnectionResetError": say("The other end broke off."),
    "TimeoutError": say("The other end did not answer in time."),
    "gaierror": say("The name of the server is not known. Is it spelt right?"),
    "SSLError": say("No safe connection came about."),
    "SSLCertVerificationError": say("The certificate of the server cannot be trusted."),
    "SMTPAuthenticationError": say("The mail server does not take our name and password."),
    "SMTPRecipientsRefused": say("The mail server does not take this address."),
    "SMTPSenderRefused": say("The mail server does not take mail from our address."),
    "SMTPDataError": say("The mail server did not want this mail."),
    "SMTPServerDisconnected": say("The mail server hung up."),
    "IndexBusy": say("Another process was at work on the search index."),
    "IndexDamaged": say("The search index is damaged; “reindex” makes a new one."),
    "StoreBusy": say("The database was busy."),
    "OperationalError": say("The database did not answer, or its disk is full."),
    "PermissionError": say("A file or folder may not be written."),
    "LookupError": say("This version no longer knows this work."),
    "KeyError": say("This version no longer knows this work."),
}
UNKNOWN = say("An error we have no words for: the details say more.")

_ERROR_NAME = re.compile(r"([A-Za-z_][\w.]*)(?::|$)")


@dataclass(frozen=True)
class Job:
    """One delivery, in words."""

    id: int
    what: Sentence | str
    about: str
    why: Sentence | None
    details: str
    attempts: int
    made_at: datetime
    next_at: datetime


class DropForm(PageForm):
    """Why something is not to be done any more; it goes into the log."""

    why = Line(say("Why"), least=3, most=300, description=say("Written into the staff log."))


def show_job(delivery: Delivery) -> Job:
    return Job(
        id=delivery.id,
        what=job_word(delivery.subscriber),
        about=f"{delivery.subscriber} {delivery.payload}",
        why=error_word(delivery.last_error),
        details=delivery.last_error or "",
        attempts=delivery.attempts,
        made_at=delivery.created_at,
        next_at=delivery.run_at,
    )


def job_word(subscriber: str) -> Sentence | str:
    """What was to be done; for work too new to have words its own name, readable."""
    name = subscriber.partition(">")[2] or subscriber
    return next((words for begin, words in JOBS if name.startswith(begin)), plain_name(name))


def timed_word(name: str) -> Sentence | str:
    """The same of timed work."""
    return TIMED.get(name) or plain_name(name)


def plain_name(name: str) -> str:
    return name.rpartition(".")[2].replace("_", " ").capitalize()


def error_word(error: str | None) -> Sentence | None:
    """Why it failed, from the last line of a traceback; nothing where nothing failed."""
    lines = (error or "").strip().splitlines()
    if not lines:
        return None
    for line in reversed(lines):
        found = _ERROR_NAME.match(line)
        name = found[1].rpartition(".")[2] if found else ""
        if name in ERRORS:
            return ERRORS[name]
        if name.endswith(("Error", "Exception")):
            break
    return UNKNOWN


@pages.get("/admin/jobs")
def jobs() -> str:
    """What the courier gave up, and what it still has to carry."""
    administrator()
    state = WAITING if asked("state") == WAITING else DEAD
    found = list_deliveries(db(), state, request.args.get("cursor"))
    following = url_for("admin.jobs", state=state, cursor=found.next) if found.next else None
    return render_template(
        "admin/jobs.html",
        deliveries=[show_job(delivery) for delivery in found.items],
        next_url=following,
        state=state,
        backlog=find_backlog(db(), now()),
        schedules=[(each, timed_word(each.name), error_word(each.last_error)) for each in list_schedules(db())],
        lag=find_lag(db(), CHANNEL),
    )


@pages.post("/admin/jobs/<int:delivery_id>/again")
@writes
def send_one_again(delivery_id: int) -> Response:
    """Give one delivery a new start."""
    who, delivery = administrator(), find_delivery(db(), delivery_id)
    send_again(db(), delivery, now())
    before, after = {"state": DEAD}, {"state": WAITING}
    log_staff_act(db(), who, "send_again", Cause.of(delivery), now(), before=before, after=after)
    flash(spoken(say("It is tried again now.")))
    return redirect(url_for("admin.jobs"), 303)


@pages.post("/admin/jobs/again")
@writes
def send_dead_again() -> Response:
    """Give everything that was given up a new start."""
    who = administrator()
    number = send_all_again(db(), now())
    if number:
        log_staff_act(db(), who, "send_all_again", Cause("delivery", 0), now(), after={"count": number})
    flash(spoken(say_many("%(num)d is tried again now.", "%(num)d are tried again now.", number)))
    return redirect(url_for("admin.jobs"), 303)


@pages.get("/admin/jobs/<int:delivery_id>")
def job(delivery_id: int, form: DropForm | None = None) -> str:
    """One job with all that is known of it."""
    administrator()
    delivery = find_delivery(db(), delivery_id)
    return render_template(
        "admin/job.html", job=show_job(delivery), state=delivery.state, form=form or form_from(DropForm)
    )


@pages.post("/admin/jobs/<int:delivery_id>/drop")
@takes(DropForm, again=lambda form, delivery_id: job(delivery_id, form))
@writes
def drop_job(form: DropForm, delivery_id: int) -> Response:
    """Give it up for good."""
    who, delivery = administrator(), find_delivery(db(), delivery_id)
    cause, state = Cause.of(delivery), delivery.state
    before = {"state": state, "job": delivery.subscriber, "about": delivery.payload}
    drop_delivery(db(), delivery, now())
    log_staff_act(db(), who, "drop_delivery", cause, now(), before=before, why=form.why.data)
    flash(spoken(say("It will not be done.")), "ok")
    return redirect(url_for("admin.jobs", state=state), 303)
