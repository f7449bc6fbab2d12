"""What the words of an article must be like, for every door they come in by."""

from forum.base.errors import Invalid
from forum.base.words import say, say_many
from forum.knowledge.models import TEXT_LENGTH, TITLE_LENGTH, TITLE_SHORTEST, WHY_LENGTH


def check_words(title: str, text: str, why: str) -> None:
    """Raise Invalid for a title or text that says nothing or does not fit."""
    if len(title) < TITLE_SHORTEST:
        shortest = say_many(
            "Please write at least %(num)d character.", "Please write at least %(num)d characters.", TITLE_SHORTEST
        )
        raise Invalid({"title": shortest})
    if not text.strip():
        raise Invalid({"text": say("Please fill this in.")})
    check_length("title", title, TITLE_LENGTH)
    check_length("text", text, TEXT_LENGTH)
    check_length("why", why, WHY_LENGTH)


def check_length(field: str, value: str, most: int) -> None:
    """Raise Invalid for what is longer than fits."""
    if len(value) > most:
        too_long = say("This is %(length)d characters long; at most %(most)d fit.", length=len(value), most=most)
        raise Invalid({field: too_long})
