"""Two contacts side by side, what would become of them, and the way back."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forum.accounts.models import User
from forum.base.errors import NotFound
from forum.base.requests import db, now, writes
from forum.contacts import merging, queries, rules
from forum.contacts.models import Contact
from forum.tickets.queries import count_tickets_of
from forum.web.agents import agent
from forum.web.contacts.forms import TIER_WORDS, MergeForm
from forum.web.contacts.shown import spoken_point
from forum.web.contacts.views import contact_url, find, find_shown, pages
from forum.web.forms import form_from, takes
from forum.web.language import gettext
from forum.web.people import actor


@pages.get("/contacts/<int:contact_id>/merge")
def compare(contact_id: int) -> str:
    return draw_both(contact_id, request.args.get("other", ""))


def draw_both(contact_id: int, other: str, form: MergeForm | None = None) -> str:
    """Both, each with what would be left if it were kept."""
    person = agent(rules.may_see_contacts)
    contact = find_shown(contact_id)
    if not (other.isascii() and other.isdigit() and len(other) < 19):
        raise NotFound("contact")
    second = queries.find_kept_contact(db(), person, int(other))
    pair = [_side(person, contact, second)]
    if second.id != contact.id:
        pair.append(_side(person, second, contact))
    return render_template(
        "contacts/merge.html",
        contact=contact,
        second=second,
        pair=pair,
        form=form,
        verdict=rules.may_merge(person, contact, second),
        tier_words=TIER_WORDS,
        spoken_point=spoken_point,
    )


def _side(person: User, kept: Contact, gone: Contact) -> dict[str, object]:
    """One column: how the contact is, and how it would be with the other in it."""
    has = {(point.kind, point.value) for point in kept.points}
    return {
        "contact": kept,
        "other": gone,
        "after": merging.combined(kept, gone),
        "new_points": [point for point in gone.points if (point.kind, point.value) not in has],
        "ticket_count": count_tickets_of(db(), person, kept),
        "entry_count": queries.count_timeline(db(), kept),
        "form": form_from(
            MergeForm, other=str(gone.id), kept_version=str(kept.version), gone_version=str(gone.version)
        ),
    }


def merge_again(form: MergeForm, contact_id: int) -> str:
    return draw_both(contact_id, form.other.data or "", form)


@pages.post("/contacts/<int:contact_id>/merge")
@takes(MergeForm, again=merge_again)
@writes
def merge(form: MergeForm, contact_id: int) -> Response:
    """Keep this contact and let the other be part of it; a second press of the same button finds it done."""
    person = agent(rules.may_see_contacts)
    kept = find(contact_id)
    done = [each for each in queries.merges_into(db(), person, kept) if each.gone_id == form.other_id]
    if not done:
        gone = find(form.other_id)
        merging.merge_contacts(db(), actor(), kept, gone, form.seen_kept, form.seen_gone, now())
    flash(gettext("They are one contact. You can undo this on its page."), "ok")
    return redirect(contact_url(kept), 303)


@pages.post("/contacts/<int:contact_id>/merges/<int:merge_id>/undo")
@writes
def undo_merge(contact_id: int, merge_id: int) -> Response:
    made = queries.find_merge(db(), agent(rules.may_see_contacts), contact_id, merge_id)
    gone_id = made.gone_id
    merging.undo_merge(db(), actor(), made, now())
    flash(gettext("They are two contacts again. What came after the merge stayed with the one that was kept."), "ok")
    return redirect(url_for("contacts.show", contact_id=gone_id), 303)
