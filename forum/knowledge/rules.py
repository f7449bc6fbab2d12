"""Who may read, write, review and put away articles."""

from collections.abc import Collection

from forum.accounts.models import Reader
from forum.base.verdicts import YES, Verdict, no
from forum.knowledge.models import ARCHIVED, DRAFT, IN_REVIEW, PUBLISHED, Article, ArticleRevision
from forum.questions.models import Question
from forum.questions.rules import AnyAnswer


def may_write(actor: Reader) -> Verdict:
    """Whether somebody works on the knowledge base at all."""
    if not actor.is_editor:
        return no("Only editors of the knowledge base can do this.")
    return YES


def may_see_drafts(reader: Reader) -> Verdict:
    """Articles that are not live are for those who write them and for staff, who may need them soon."""
    if reader.is_editor:
        return YES
    if reader.is_staff:
        return YES
    return no("What is not published yet can be read by editors and staff only.")


def may_read_article(reader: Reader, article: Article) -> Verdict:
    if article.is_live:
        return YES
    return may_see_drafts(reader)


def may_promote(actor: Reader, answer: AnyAnswer) -> Verdict:
    if not actor.is_editor:
        return no("Only editors of the knowledge base can turn an answer into an article.")
    if not answer.is_public:
        return no("This answer is not open to readers, so no article can be made from it.")
    if not answer.question.is_public:
        return no("This question is not open to readers, so no article can be made from its answers.")
    if not answer.is_accepted:
        return no("Only an accepted answer can become an article: somebody has to say first that it solved it.")
    return YES


def may_edit(actor: Reader, article: Article) -> Verdict:
    if not actor.is_editor:
        return no("Only editors of the knowledge base can work on articles.")
    if article.state == ARCHIVED:
        return no("This article is in the archive. Restore it first.")
    return YES


def may_ask_review(actor: Reader, article: Article) -> Verdict:
    if not actor.is_editor:
        return no("Only editors of the knowledge base can ask for a review.")
    if article.state == IN_REVIEW:
        return no("This article is already waiting for a review.")
    if article.state == PUBLISHED:
        return no("There is nothing newer than what is published.")
    if article.state != DRAFT:
        return no("This article is in the archive. Restore it first.")
    return YES


def may_approve(actor: Reader, article: Article, writers: Collection[int], asks: bool) -> Verdict:
    """`writers` saved a revision since the last publication; `asks` says that a published article asks for a review.

    Approving what is published already says that it is still right.
    """
    if not actor.is_editor:
        return no("Only editors of the knowledge base can review articles.")
    if article.state == DRAFT:
        return no("This article is still being written; nobody has asked for a review yet.")
    if article.state == ARCHIVED:
        return no("This article is in the archive. Restore it first.")
    if article.state == PUBLISHED and not asks:
        return no("This article is published and nothing asks for a review.")
    return _is_another(actor, article, writers)


def may_return(actor: Reader, article: Article, writers: Collection[int]) -> Verdict:
    if not actor.is_editor:
        return no("Only editors of the knowledge base can review articles.")
    if article.state != IN_REVIEW:
        return no("This article is not waiting for a review.")
    return _is_another(actor, article, writers)


def _is_another(actor: Reader, article: Article, writers: Collection[int]) -> Verdict:
    if actor.id in writers:
        return no("You have worked on this text yourself. Another editor has to review it.")
    if article.source_answer is not None and article.source_answer.author_id == actor.id:
        return no("This article is made from your own answer. Another editor has to review it.")
    return YES


def may_archive(actor: Reader, article: Article) -> Verdict:
    if not actor.is_editor:
        return no("Only editors of the knowledge base can archive articles.")
    if article.state == ARCHIVED:
        return no("This article is in the archive already.")
    return YES


def may_restore(actor: Reader, article: Article) -> Verdict:
    if not actor.is_editor:
        return no("Only editors of the knowledge base can restore articles.")
    if article.state != ARCHIVED:
        return no("This article is not in the archive.")
    return YES


def may_discard(actor: Reader, article: Article) -> Verdict:
    """Throw away what was written since the last publication."""
    if not actor.is_editor:
        return no("Only editors of the knowledge base can discard drafts.")
    if article.state == PUBLISHED:
        return no("There is nothing newer than what is published.")
    if article.state == ARCHIVED:
        return no("This article is in the archive. Restore it first.")
    return YES


def may_gather(actor: Reader, article: Article, question: Question) -> Verdict:
    if not actor.is_editor:
        return no("Only editors of the knowledge base can say which questions an article answers.")
    if article.state == ARCHIVED:
        return no("This article is in the archive. Restore it first.")
    if not question.is_public:
        return no("This question is not open to readers.")
    return YES


def may_release(actor: Reader, article: Article, question: Question) -> Verdict:
    """Take a question away from an article; the one it was made from stays."""
    if not actor.is_editor:
        return no("Only editors of the knowledge base can say which questions an article answers.")
    if article.state == ARCHIVED:
        return no("This article is in the archive. Restore it first.")
    if article.source_answer is not None and article.source_answer.question_id == question.id:
        return no("This article was made from this question, so the question stays with it.")
    return YES


def may_roll_back(actor: Reader, article: Article, revision: ArticleRevision) -> Verdict:
    """Go back to an earlier revision, which is an edit like any other and reviewed like one."""
    verdict = may_edit(actor, article)
    if not verdict:
        return verdict
    if revision.is_redacted:
        return no("The words of this version were removed, so nobody can go back to it.")
    if revision.number == article.version:
        return no("This is the newest text already, so nothing would change.")
    return YES


def may_redact(actor: Reader, article: Article, revision: ArticleRevision) -> Verdict:
    if not actor.is_moderator:
        return no("Only moderators can remove the words of an earlier version.")
    if revision.is_redacted:
        return no("The words of this version were removed already.")
    if revision.number == article.version or revision.id == article.published_id:
        return no("This is the newest or the published text. Edit and publish it first; then its words can be removed.")
    return YES


def may_doubt(actor: Reader, article: Article) -> Verdict:
    """Ask, with a reason, that a published article be looked at again."""
    if not article.is_live:
        return no("Only a published article can be sent to review again.")
    if actor.is_editor:
        return YES
    if actor.is_staff:
        return YES
    return no("Only editors and staff can send an article to review again.")
