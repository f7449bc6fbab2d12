"""What a program gets to see of each thing, field by field: what is not written here does not leave the house."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from markupsafe import Markup, escape

from forum.accounts.models import User
from forum.api.replies import Plain, absolute
from forum.contacts.models import Contact, TimelineEntry
from forum.knowledge.models import PUBLISHED, Article, ArticleRevision
from forum.moderation.models import Decision, Flag, ReviewItem
from forum.questions.models import Answer, Comment, Post, Product, Question, slug_of
from forum.questions.rows import Author, ListedRow, QuestionRow
from forum.questions.topics import Related
from forum.search.documents import ARTICLE
from forum.search.queries import Found
from forum.tickets.models import Link, Ticket, TicketMessage
from search_index.passages import Passage


def person(user: User | Author) -> Plain:
    """What everybody may know of somebody: never an address, never what they are worth to the company."""
    return {"id": user.id, "name": user.name, "url": absolute(f"/people/{user.id}")}


def maybe_person(user: User | None) -> Plain | None:
    return None if user is None else person(user)


def question_url(question: Question | QuestionRow, anchor: str = "") -> str:
    return absolute(_question_path(question.id, question.slug) + anchor)


def _question_path(question_id: int, slug: str) -> str:
    return f"/questions/{question_id}/{slug}"


def question_row(question: Question | ListedRow) -> Plain:
    return {
        "id": question.id,
        "url": question_url(question),
        "title": question.title,
        "excerpt": question.excerpt,
        "state": question.state,
        "product": question.product.slug if question.product is not None else None,
        "tags": question.tag_names,
        "asker": person(question.asker),
        "score": question.score,
        "answer_count": question.answer_count,
        "me_too_count": question.too_count,
        "view_count": question.view_count,
        "language": question.language,
        "created_at": question.created_at,
        "active_at": question.active_at,
    }


def product(row: Product) -> Plain:
    return {
        "slug": row.slug,
        "url": absolute(f"/products/{row.slug}"),
        "names": row.names,
        "descriptions": row.descriptions,
        "is_archived": row.archived_at is not None,
    }


def question(row: Question, originals: Sequence[Related] = ()) -> Plain:
    """With what asked the same before, where it is closed."""
    return {
        **question_row(row),
        **_written(row),
        "up_count": row.up_count + row.imported_up,
        "down_count": row.down_count + row.imported_down,
        "closed_why": row.closed_why if row.closed_at is not None else None,
        "duplicate_of": [
            {"id": each.id, "title": each.title, "url": absolute(_question_path(each.id, slug_of(each.title)))}
            for each in originals
        ],
        "version": row.version,
        "origin_url": row.origin_url,
        "origin_license": row.origin_license,
    }


def _written(post: Post) -> Plain:
    return {
        "text": post.text,
        "html": post.html,
        "is_hidden": post.is_hidden,
        "is_deleted": post.is_deleted,
        "created_at": post.created_at,
        "edited_at": post.edited_at,
    }


def answer(row: Answer) -> Plain:
    return {
        "id": row.id,
        "question_id": row.question_id,
        "url": question_url(row.question, f"#answer-{row.id}"),
        **_written(row),
        "author": person(row.author),
        "score": row.score,
        "up_count": row.up_count + row.imported_up,
        "down_count": row.down_count + row.imported_down,
        "is_accepted": row.is_accepted,
        "accepted_at": row.accepted_at,
        "version": row.version,
        "origin_url": row.origin_url,
        "origin_license": row.origin_license,
    }


def comment(row: Comment) -> Plain:
    return {
        "id": row.id,
        "question_id": row.question_id,
        "answer_id": row.answer_id,
        "url": question_url(row.question, f"#comment-{row.id}"),
        **_written(row),
        "author": person(row.author),
    }


def hit(found: Found) -> Plain:
    if found.kind == ARTICLE:
        path = f"/kb/{found.id}"
    else:
        kind, _, number = found.place.partition(":")
        path = _question_path(found.id, found.slug) + (f"#{kind}-{number}" if kind in ("answer", "comment") else "")
    return {
        "kind": found.kind,
        "id": found.id,
        "url": absolute(path),
        "title": found.title,
        "passage": str(marked(found.passage)),
        "score": found.score,
        "state": found.state,
        "created_at": found.created_at,
    }


def marked(passage: Passage | None) -> Markup:
    """A passage as HTML with the words that fit marked; everything else is escaped."""
    if passage is None:
        return Markup()
    pieces = (
        Markup("<mark>{}</mark>").format(segment.text) if segment.is_match else escape(segment.text)
        for segment in passage.segments
    )
    before, after = "… " if passage.is_cut_before else "", " …" if passage.is_cut_after else ""
    return Markup("{}{}{}").format(before, Markup().join(pieces), after)


def article_url(row: Article) -> str:
    return absolute(f"/kb/{row.id}/{row.slug}")


def article_row(row: Article, revision: ArticleRevision | None = None, *, sees_drafts: bool = False) -> Plain:
    """With the title that readers see, or that of the revision which is shown.

    That something newer is being written is for those alone who may see drafts.
    """
    published = row.published
    hides = not sees_drafts and published is not None
    return {
        "id": row.id,
        "url": article_url(row),
        "title": row.public_title if revision is None else revision.title,
        "state": PUBLISHED if hides else row.state,
        "is_live": row.is_live,
        "language": row.language if revision is None else revision.language,
        "version": published.number if hides and published is not None else row.version,
        "source_answer_id": row.source_answer_id,
        "created_at": row.created_at,
        "published_at": row.published_at,
        "checked_at": row.checked_at,
    }


def article(
    row: Article, revision: ArticleRevision, questions: Iterable[Question], *, sees_drafts: bool = False
) -> Plain:
    return {
        **article_row(row, revision, sees_drafts=sees_drafts),
        "revision": revision.number,
        "text": revision.text,
        "html": revision.html,
        "question_ids": [each.id for each in questions],
    }


def flag(row: Flag, decision: Decision | None) -> Plain:
    """One's own flag."""
    item = row.item
    is_decided = decision is not None and row.withdrawn_at is None
    return {
        "id": row.id,
        "question_id": item.question_id,
        "answer_id": item.target_id if item.target_kind == "answer" else None,
        "comment_id": item.target_id if item.target_kind == "comment" else None,
        "reason": row.reason,
        "words": row.words,
        "state": "withdrawn" if row.withdrawn_at is not None else "decided" if is_decided else "open",
        "decision": decision.outcome if decision is not None and is_decided else None,
        "why": decision.why if decision is not None and is_decided else "",
        "at": row.at,
        "decided_at": decision.at if decision is not None and is_decided else None,
    }


def review_item(row: ReviewItem, post: Post, flags: Iterable[Flag], decision: Decision | None, now: datetime) -> Plain:
    """For moderators alone."""
    is_claimed = row.is_claimed(now)
    return {
        "id": row.id,
        "url": absolute(f"/review/{row.id}"),
        "state": row.state,
        "kind": row.target_kind,
        "question_id": row.question_id,
        "question_title": row.question.title,
        "target_id": row.target_id,
        "text": post.text,
        "html": post.html,
        "author": person(row.author),
        "is_hidden": post.is_hidden,
        "is_deleted": post.is_deleted,
        "is_edited_since": post.version != row.text_version,
        "flag_count": row.flag_count,
        "flags": [
            {"id": each.id, "reason": each.reason, "words": each.words, "flagger": person(each.flagger), "at": each.at}
            for each in flags
        ],
        "claimed_by": maybe_person(row.claimed_by) if is_claimed else None,
        "claimed_until": row.claimed_until if is_claimed else None,
        "decision": None if decision is None else decision.outcome,
        "why": "" if decision is None else decision.why,
        "version": row.round,
        "flagged_at": row.flagged_at,
    }


def contact(row: Contact) -> Plain:
    """For agents alone."""
    return {
        "id": row.id,
        "url": absolute(f"/contacts/{row.id}"),
        "name": row.name,
        "company": row.company,
        "tier": row.tier,
        "zone": row.zone,
        "language": row.language,
        "user": maybe_person(row.user),
        "points": [
            {
                "id": point.id,
                "kind": point.kind,
                "value": point.value,
                "label": point.label,
                "is_verified": point.verified_at is not None,
            }
            for point in row.points
        ],
        "external_ids": [{"system": each.system, "value": each.value} for each in row.external_ids],
        "version": row.version,
        "created_at": row.created_at,
        "edited_at": row.edited_at,
    }


def timeline_entry(row: TimelineEntry) -> Plain:
    return {
        "id": row.id,
        "kind": row.kind,
        "cause_kind": row.cause_kind,
        "cause_id": row.cause_id,
        "actor_id": row.actor_id,
        "at": row.at,
        "details": row.details,
    }


def ticket_row(row: Ticket) -> Plain:
    return {
        "id": row.id,
        "url": absolute(f"/tickets/{row.id}"),
        "subject": row.subject,
        "status": row.status,
        "channel": row.channel,
        "contact": None
        if row.requester is None
        else {"id": row.requester_id, "name": row.requester.name, "url": absolute(f"/contacts/{row.requester_id}")},
        "assignee": maybe_person(row.assignee),
        "question_id": row.question_id,
        "version": row.version,
        "opened_at": row.opened_at,
        "active_at": row.active_at,
        "resolved_at": row.resolved_at,
    }


def ticket(row: Ticket, messages: Iterable[TicketMessage], links: Iterable[Link]) -> Plain:
    return {
        **ticket_row(row),
        "messages": [ticket_message(each) for each in messages],
        "links": [link(each) for each in links if each.unlinked_at is None],
    }


def ticket_message(row: TicketMessage) -> Plain:
    return {
        "id": row.id,
        "kind": row.kind,
        "author": maybe_person(row.author),
        "text": row.text,
        "html": row.html,
        "at": row.at,
    }


def link(row: Link) -> Plain:
    return {
        "id": row.id,
        "ticket_id": row.ticket_id,
        "answer_id": row.answer_id,
        "article_id": row.article_id,
        "question_id": row.question_id,
        "why": row.why,
        "linked_by": person(row.linked_by),
        "linked_at": row.linked_at,
    }
