"""Say what a topic is about, in each language of the site."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from forum.accounts.actions import log_staff_act
from forum.accounts.models import User
from forum.base.causes import Cause
from forum.base.errors import Conflict
from forum.base.outbox import publish
from forum.base.verdicts import require
from forum.questions import rules
from forum.questions.checks import check_description
from forum.questions.events import TagDescribed
from forum.questions.models import Tag


def describe_tag(
    session: Session,
    actor: User,
    tag: Tag,
    descriptions: Mapping[str, str],
    now: datetime,
    seen: Mapping[str, str] | None = None,
) -> None:
    """Replace what is said in these languages; the log keeps what was said before.

    Raises Conflict when it is no longer what the moderator had `seen`.
    """
    require(rules.may_describe_tag(actor))
    before = {language: str(words) for language, words in tag.descriptions.items()}
    checked = {language: check_description(language, words) for language, words in descriptions.items()}
    after = {language: words for language, words in {**before, **checked}.items() if words}
    if after == before:
        return
    if seen is not None and any(before.get(language, "") != words for language, words in seen.items()):
        raise Conflict
    tag.descriptions = after
    session.flush()
    log_staff_act(session, actor, "describe_tag", Cause.of(tag), now, before=before, after=after)
    publish(session, TagDescribed(tag.id))
