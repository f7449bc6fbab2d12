"""Who may do what with questions, answers and comments; a no says why.

Doing twice what is allowed once is no offence: whether something is hidden or deleted already is the action's concern.
"""

from forum.accounts.models import Reader
from forum.base.verdicts import YES, Verdict, no
from forum.questions.models import WAITING, Answer, Comment, Question, Revision
from forum.questions.rows import AnswerRow, CommentRow, QuestionAbove, QuestionRow

#: What is asked about: to be changed, or only to be shown.
AnyQuestion = Question | QuestionRow
AnyAnswer = Answer | AnswerRow
AnyComment = Comment | CommentRow
AnyPost = AnyQuestion | AnyAnswer | AnyComment


def may_ask(actor: Reader) -> Verdict:
    if not actor.is_signed_in:
        return no("Sign in to ask a question.")
    return YES


def may_answer(actor: Reader, question: AnyQuestion) -> Verdict:
    if not question.is_public:
        return no("This question was removed, so it takes no answers.")
    if question.closed_at is not None:
        return no("This question is closed, so it takes no more answers.")
    if not actor.is_signed_in:
        return no("Sign in to answer.")
    return YES


def may_comment(actor: Reader, question: AnyQuestion | QuestionAbove, answer: AnyAnswer | None = None) -> Verdict:
    if not actor.is_signed_in:
        return no("Sign in to comment.")
    if not question.is_public:
        return no("This question was removed, so it takes no comments.")
    if answer is not None and not answer.is_public:
        return no("This answer was removed, so it takes no comments.")
    if question.closed_at is not None and not actor.is_staff:
        return no("This question is closed, so it takes no more comments.")
    return YES


def may_vote(actor: Reader, post: AnyQuestion | AnyAnswer) -> Verdict:
    if not actor.is_signed_in:
        return no("Sign in to vote.")
    if actor.id == post.author_id:
        return no("You cannot vote on what you wrote yourself.")
    if not post.is_public:
        return no("This was removed, so it takes no votes.")
    if not post.question_is_public:
        return no("This question was removed, so its answers take no votes.")
    return YES


def may_accept(actor: Reader, answer: AnyAnswer) -> Verdict:
    if not actor.is_signed_in:
        return no("Sign in to accept an answer.")
    if not answer.question.is_public:
        return no("This question was removed, so no answer to it can be accepted.")
    if not answer.is_public:
        return no("This answer was removed, so it cannot be accepted.")
    if actor.id == answer.question.asker_id:
        return YES
    if actor.is_staff:
        return YES
    return no("Only the person who asked, or staff in their place, can accept an answer.")


def may_withdraw_acceptance(actor: Reader, answer: AnyAnswer) -> Verdict:
    if not actor.is_signed_in:
        return no("Sign in to withdraw an acceptance.")
    if actor.id == answer.question.asker_id:
        return YES
    if actor.is_staff:
        return YES
    return no("Only the person who asked, or staff in their place, can withdraw an acceptance.")


def may_edit_question(actor: Reader, question: AnyQuestion) -> Verdict:
    return _may_edit(actor, question)


def may_edit_answer(actor: Reader, answer: AnyAnswer) -> Verdict:
    return _may_edit(actor, answer)


def may_edit_comment(actor: Reader, comment: AnyComment) -> Verdict:
    return _may_edit(actor, comment)


def _may_edit(actor: Reader, post: AnyPost) -> Verdict:
    if not actor.is_signed_in:
        return no("Sign in to edit.")
    if post.is_deleted:
        return no("This was deleted. Bring it back before editing it.")
    if actor.id == post.author_id:
        return YES
    if actor.is_moderator:
        return YES
    return no("Only the person who wrote this, or a moderator, can edit it.")


def may_delete_question(actor: Reader, question: AnyQuestion) -> Verdict:
    verdict = _may_delete(actor, question)
    if verdict and not actor.is_moderator and question.answer_count:
        return no("Others have answered, and their help would be lost with it. Ask a moderator to remove the question.")
    return verdict


def may_delete_answer(actor: Reader, answer: AnyAnswer) -> Verdict:
    return _may_delete(actor, answer)


def may_delete_comment(actor: Reader, comment: AnyComment) -> Verdict:
    return _may_delete(actor, comment)


def _may_delete(actor: Reader, post: AnyPost) -> Verdict:
    if not actor.is_signed_in:
        return no("Sign in to delete what you wrote.")
    if actor.id == post.author_id:
        return YES
    if actor.is_moderator:
        return YES
    return no("Only the person who wrote this, or a moderator, can delete it.")


def may_undelete(actor: Reader, post: AnyPost) -> Verdict:
    if not actor.is_signed_in:
        return no("Sign in to bring back what you deleted.")
    if actor.is_moderator:
        return YES
    if actor.id != post.author_id:
        return no("Only the person who wrote this, or a moderator, can bring it back.")
    if post.is_deleted and actor.id != post.deleted_by_id:
        return no("This was deleted by a moderator. Write to a moderator if you think that was wrong.")
    return YES


def may_hide(actor: Reader) -> Verdict:
    if not actor.is_moderator:
        return no("Only moderators can hide what others wrote.")
    return YES


def may_restore(actor: Reader) -> Verdict:
    if not actor.is_moderator:
        return no("Only moderators can show again what was hidden.")
    return YES


def may_close(actor: Reader) -> Verdict:
    if not actor.is_moderator:
        return no("Only moderators can close a question.")
    return YES


def may_reopen(actor: Reader) -> Verdict:
    if not actor.is_moderator:
        return no("Only moderators can reopen a question.")
    return YES


def may_say_me_too(actor: Reader, question: AnyQuestion) -> Verdict:
    if not actor.is_signed_in:
        return no("Sign in to say that you have this too.")
    if actor.id == question.asker_id:
        return no("You asked this yourself, so you are counted already.")
    if not question.is_public:
        return no("This question was removed, so nobody can join it.")
    return YES


def may_withdraw_me_too(actor: Reader) -> Verdict:
    if not actor.is_signed_in:
        return no("Sign in to take back that you have this too.")
    return YES


def may_follow(actor: Reader) -> Verdict:
    if not actor.is_signed_in:
        return no("Sign in to follow this.")
    return YES


def may_ask_for_help_again(actor: Reader, question: AnyQuestion) -> Verdict:
    if not actor.is_signed_in:
        return no("Sign in to say that you still need help.")
    if actor.id != question.asker_id:
        return no("Only the person who asked can say that they still need help.")
    if not question.is_public:
        return no("This question was removed, so nobody can answer it.")
    if question.closed_at is not None:
        return no("This question is closed, so it takes no more answers.")
    if question.state == WAITING:
        return no("This question is waiting for an answer already.")
    return YES


def may_describe_tag(actor: Reader) -> Verdict:
    if not actor.is_moderator:
        return no("Only moderators can say what a topic is about.")
    return YES


def may_roll_back(actor: Reader, post: Question | Answer, revision: Revision) -> Verdict:
    """Go back to an earlier version, which is an edit like any other."""
    verdict = _may_edit(actor, post)
    if not verdict:
        return verdict
    if revision.is_redacted:
        return no("The words of this version were removed, so nobody can go back to it.")
    if revision.number == post.version:
        return no("This is the version that stands now, so nothing would change.")
    return YES


def may_redact(actor: Reader, post: Question | Answer, revision: Revision) -> Verdict:
    if not actor.is_moderator:
        return no("Only moderators can remove the words of an earlier version.")
    if revision.is_redacted:
        return no("The words of this version were removed already.")
    if revision.number == post.version:
        return no("This is what stands there now. Edit it first; then its words can be removed from the versions.")
    return YES


def may_keep_products(actor: Reader) -> Verdict:
    if not actor.is_administrator:
        return no("Only administrators keep the list of products.")
    return YES


def may_keep_tags(actor: Reader) -> Verdict:
    if not actor.is_moderator:
        return no("Only moderators keep the tags in order.")
    return YES


def may_see(reader: Reader, post: AnyPost) -> bool:
    """Whether a removed text is still shown, and marked, to this reader; queries say the same of rows."""
    return post.is_public or reader.is_moderator or (reader.is_signed_in and reader.id == post.author_id)
