"""Who reacts to what: the one place where events and reactions meet."""

from datetime import timedelta

from forum.accounts import events as accounts
from forum.accounts.credentials import forget_email_changes
from forum.accounts.signing_up import forget_sign_ups
from forum.api.models import forget_old_answers
from forum.base.courier import forget_delivered
from forum.base.limits import forget_usages
from forum.base.once import forget_old_keys
from forum.base.parts import Parts
from forum.contacts import events as contacts
from forum.contacts.reactions import gather_latecomers, join_confirmed_user
from forum.drafts.actions import forget_old_drafts
from forum.knowledge import events as knowledge
from forum.knowledge.reactions import (
    check_article_of_answer,
    check_articles_of_question,
    tell_contact_of_articles,
)
from forum.media import reactions as media
from forum.media.files import PictureFiles
from forum.moderation.reactions import look_again_at_answer, look_again_at_comment, look_again_at_question
from forum.notices.reactions import AccountMails
from forum.questions import events as questions
from forum.questions.reactions import tell_contact, tell_questions
from forum.search import reactions as search
from forum.search.gathering import forget_gaps, gather_searches
from forum.search.relating import Relations
from forum.tickets.reactions import bring_tickets
from forum.transfer.events import QuestionImported
from forum.transfer.people.farewells import Farewells


def subscribe_all(parts: Parts) -> None:
    """Subscribe every reaction and all timed work."""
    outbox = parts.subscriptions
    search.subscribe(outbox)
    outbox.subscribe(QuestionImported, search.on_question, name="search.index", channel=search.CHANNEL)
    relations = Relations(parts.index)
    for told in (questions.QuestionAsked, questions.QuestionEdited, QuestionImported):
        outbox.subscribe(told, relations.relate_question, name="search.relate", channel="relations")
    outbox.subscribe(knowledge.ArticlePublished, relations.relate_article, name="search.relate", channel="relations")
    outbox.every(timedelta(seconds=30), relations.relate_older, name="search.relate_older")
    outbox.every(timedelta(hours=1), forget_delivered)
    outbox.every(timedelta(hours=1), forget_old_keys)
    outbox.every(timedelta(hours=1), forget_usages)
    outbox.every(timedelta(hours=1), forget_old_answers)
    outbox.every(timedelta(hours=1), forget_old_drafts)
    outbox.every(timedelta(minutes=1), gather_searches)
    outbox.every(timedelta(hours=1), forget_gaps)
    for answer_change in (
        questions.AnswerEdited,
        questions.AnswerAccepted,
        questions.AcceptanceWithdrawn,
        questions.AnswerHidden,
        questions.AnswerRestored,
        questions.AnswerDeleted,
        questions.AnswerUndeleted,
    ):
        outbox.subscribe(answer_change, check_article_of_answer)
    for question_change in (
        questions.QuestionHidden,
        questions.QuestionRestored,
        questions.QuestionDeleted,
        questions.QuestionUndeleted,
    ):
        outbox.subscribe(question_change, check_articles_of_question)
    outbox.subscribe(questions.TagChanged, tell_questions)
    outbox.subscribe(questions.QuestionEdited, look_again_at_question)
    outbox.subscribe(questions.AnswerEdited, look_again_at_answer)
    outbox.subscribe(questions.CommentEdited, look_again_at_comment)
    media.subscribe(outbox, PictureFiles(parts.settings.media_folder))
    outbox.subscribe(accounts.EmailConfirmed, join_confirmed_user)
    outbox.subscribe(contacts.ContactsMerged, gather_latecomers)
    for tell in (tell_contact, tell_contact_of_articles, bring_tickets):
        outbox.subscribe(contacts.ContactJoined, tell)
    outbox.every(timedelta(hours=1), forget_sign_ups)
    outbox.every(timedelta(hours=1), forget_email_changes)
    outbox.every(timedelta(hours=1), Farewells(parts.settings).carry_out, name="transfer.farewells")

    mails = AccountMails(parts.settings, parts.signer)
    outbox.subscribe(accounts.SignUpRequested, mails.confirm_sign_up, channel="mail")
    outbox.subscribe(accounts.PasswordResetRequested, mails.reset_password, channel="mail")
    outbox.subscribe(accounts.PasswordChanged, mails.tell_new_password, channel="mail")
    outbox.subscribe(accounts.EmailChangeRequested, mails.confirm_email, channel="mail")
    outbox.subscribe(accounts.EmailChanged, mails.tell_old_address, channel="mail")
