"""For every table: what of it is exported, and what each column that names a person means for export and erasure.

A test holds this page against the models: a table, or a column that names a person, which is not here stops the build.
"""

from dataclasses import dataclass, field

import forum.transfer.models  # noqa: F401  (its table is one of those that are walked)

#: What a row is to the person a column names. THEIRS: all of it is about them. ACT: only that they did it, and when.
THEIRS, ACT = "theirs", "act"

#: What becomes of it when the person is erased. KEEP: it goes on pointing at a row that says nothing any more.
DELETE, CLEAR, KEEP = "delete", "clear", "keep"

#: Why a table is not in the export of everything.
OF_THE_MOMENT = "it is of the moment, and forgotten by itself"
OF_BROWSERS = "it lets browsers and programs in"


@dataclass(frozen=True)
class Tie:
    """What a column that names a person (or a contact) means for what we know of them, and what becomes of it."""

    means: str
    erased: str


@dataclass(frozen=True)
class Policy:
    """One table."""

    about: str
    users: dict[str, Tie] = field(default_factory=dict)
    contacts: dict[str, Tie] = field(default_factory=dict)
    #: Never written anywhere: hashes of passwords and of tokens.
    secrets: frozenset[str] = frozenset()
    #: Why the export of everything leaves it out.
    left_out: str = ""
    #: A pair of columns that point to anything by its kind and number.
    cause: tuple[str, str] | None = None


_OWN = Tie(THEIRS, DELETE)
_WROTE = Tie(THEIRS, KEEP)
_DID = Tie(ACT, KEEP)

POLICIES: dict[str, Policy] = {
    "users": Policy("People with an account.", secrets=frozenset(("password_hash", "credentials_version"))),
    "user_sessions": Policy(
        "Browsers that were signed in.", {"user_id": _OWN}, secrets=frozenset(("token_hash",)), left_out=OF_BROWSERS
    ),
    # Found by its address; nobody has proved anything yet.
    "sign_ups": Policy(
        "Wishes for an account.", secrets=frozenset(("password_hash", "browser_hash")), left_out=OF_THE_MOMENT
    ),
    "farewells": Policy("Wishes to be erased.", {"user_id": _OWN}, left_out=OF_THE_MOMENT),
    "email_changes": Policy("Wishes for another address.", {"user_id": _OWN}),
    "api_tokens": Policy(
        "Tokens for programs.", {"user_id": _OWN}, secrets=frozenset(("token_hash",)), left_out=OF_BROWSERS
    ),
    "api_answers": Policy(
        "What programs were answered.",
        {"user_id": _OWN},
        secrets=frozenset(("key", "request_hash", "etag", "body")),
        left_out=OF_THE_MOMENT,
    ),
    "standing_entries": Policy("Gains and losses of standing.", {"user_id": _OWN}, cause=("cause_kind", "cause_id")),
    "staff_acts": Policy("What staff did.", {"actor_id": _DID}, cause=("target_kind", "target_id")),
    "contacts": Policy(
        "People as the company knows them.", {"user_id": Tie(THEIRS, CLEAR)}, {"merged_into_id": _WROTE}
    ),
    "contact_merges": Policy(
        "Contacts that turned out to be one.",
        {"merged_by_id": _DID, "undone_by_id": _DID},
        {"kept_id": _OWN, "gone_id": _OWN},
    ),
    "contact_points": Policy(
        "Addresses and numbers of contacts.", {"verified_by_id": Tie(ACT, CLEAR)}, {"contact_id": _OWN}
    ),
    "external_ids": Policy("How other systems call contacts.", contacts={"contact_id": _OWN}),
    "refused_joins": Policy(
        "Contacts and people who are not the same.",
        {"user_id": _OWN, "refused_by_id": _DID},
        {"contact_id": _OWN},
    ),
    "timeline_entries": Policy(
        "What happened with contacts.",
        {"actor_id": Tie(ACT, CLEAR), "user_id": _OWN},
        {"contact_id": _OWN},
        cause=("cause_kind", "cause_id"),
    ),
    "tags": Policy("Topics."),
    "products": Policy("What the company offers."),
    "brands": Policy("How the site looks.", {"changed_by_id": _DID}),
    "questions": Policy("Questions.", {"asker_id": _WROTE, "deleted_by_id": _DID}),
    "question_tags": Policy("Topics of questions."),
    "answers": Policy("Answers.", {"author_id": _WROTE, "accepted_by_id": _DID, "deleted_by_id": _DID}),
    "comments": Policy("Comments.", {"author_id": _WROTE, "deleted_by_id": _DID}),
    # Erasing turns votes into counts without a voter, as imported votes are.
    "votes": Policy("Votes.", {"voter_id": _OWN}),
    "me_toos": Policy("Who has the same problem.", {"user_id": _OWN}),
    "follows": Policy("What people want to hear of.", {"user_id": _OWN}),
    "revisions": Policy("Saved states of questions and answers.", {"author_id": _WROTE}),
    "question_links": Policy("Questions that name each other."),
    "old_addresses": Policy("Where questions and answers stood before."),
    "drafts": Policy("What people began to write.", {"user_id": _OWN}),
    # Stay where the texts stay that show them; the files go a while after the last text that did.
    "pictures": Policy("Pictures people uploaded.", {"uploader_id": _WROTE}),
    "picture_uses": Policy("Texts that show pictures."),
    "search_notes": Policy("Searches not counted yet, without who searched.", left_out=OF_THE_MOMENT),
    "gaps": Policy("What was looked for without luck, without who looked for it."),
    "gap_wordings": Policy("The wordings of it."),
    "gap_days": Policy("How often, and what became of it."),
    "likely_duplicates": Policy("Questions that may repeat others."),
    "article_matches": Policy("Questions that articles may answer."),
    "relatings": Policy("When others alike were looked for.", left_out=OF_THE_MOMENT),
    "askings": Policy("How askings ended, without who asked.", secrets=frozenset(("key",))),
    "articles": Policy("Pages of the knowledge base.", {"creator_id": _DID}),
    "article_revisions": Policy("Saved states of articles.", {"author_id": _WROTE}),
    "article_reviews": Policy("Reviews of articles.", {"asked_by_id": _DID, "reviewer_id": _DID}),
    "article_questions": Policy("Questions that articles answer.", {"added_by_id": _DID}),
    "article_credits": Policy("Whose work articles rest on.", {"user_id": _WROTE}),
    "review_items": Policy(
        "Texts that were flagged.", {"author_id": _WROTE, "claimed_by_id": _DID}, cause=("target_kind", "target_id")
    ),
    "flags": Policy("Readers' doubts about texts.", {"flagger_id": _WROTE}),
    "decisions": Policy("What moderators decided about texts.", {"moderator_id": _DID, "undone_by_id": _DID}),
    "tickets": Policy("Cases.", {"opened_by_id": _DID, "assignee_id": _DID}, {"requester_id": Tie(THEIRS, KEEP)}),
    "ticket_messages": Policy("What was said in cases.", {"author_id": _WROTE}),
    "ticket_links": Policy("What helped in cases.", {"linked_by_id": _DID, "unlinked_by_id": _DID}),
    "imported_rows": Policy("What came from elsewhere.", cause=("made_kind", "made_id")),
    "idempotency_keys": Policy("Forms already taken.", secrets=frozenset(("key",)), left_out=OF_THE_MOMENT),
    "usages": Policy("How often something was done lately.", secrets=frozenset(("key",)), left_out=OF_THE_MOMENT),
    "deliveries": Policy("What is carried to whom.", left_out=OF_THE_MOMENT),
    "schedules": Policy("Timed work.", left_out=OF_THE_MOMENT),
}
