"""What the reasons and decisions of moderation are called, for those who flag, who decide and who wrote."""

from forum.base.words import Sentence, say
from forum.moderation.models import (
    CLOSE,
    DANGEROUS,
    DELETE,
    HIDE,
    KEEP,
    MEND,
    OTHER,
    PRIVATE,
    RUDE,
    SPAM,
    WRONG_PLACE,
)

#: What a reader chooses from.
REASON_CHOICES: tuple[tuple[str, Sentence], ...] = (
    (DANGEROUS, say("Dangerous advice: somebody could get hurt or lose data")),
    (PRIVATE, say("Private data: a name, an address, a number that should not be public")),
    (RUDE, say("Rude: it insults or threatens somebody")),
    (SPAM, say("Spam: it advertises something that has nothing to do with this")),
    (WRONG_PLACE, say("Wrong place: it does not belong here, or answers nothing")),
    (OTHER, say("Something else, which I describe below")),
)

#: The same in a word, for chips.
REASON_WORDS: dict[str, Sentence] = {
    DANGEROUS: say("Dangerous advice"),
    PRIVATE: say("Private data"),
    RUDE: say("Rude"),
    SPAM: say("Spam"),
    WRONG_PLACE: say("Wrong place"),
    OTHER: say("Something else"),
}

#: What the author can be told, in the author's language, until the moderator writes something better.
TO_THE_AUTHOR: dict[str, Sentence] = {
    DANGEROUS: say("Whoever follows this could get hurt or lose data."),
    PRIVATE: say("It shows private data. Please leave out names, addresses and numbers."),
    RUDE: say("It is rude to others. Please stay with the matter."),
    SPAM: say("It is advertising."),
    WRONG_PLACE: say("It does not belong here."),
}

DECISION_WORDS: dict[str, Sentence] = {
    KEEP: say("Left as it is"),
    HIDE: say("Hidden"),
    DELETE: say("Deleted"),
    MEND: say("The author was asked to mend it"),
    CLOSE: say("The question was closed"),
}

#: What whoever flagged is told.
TO_THE_FLAGGER: dict[str, Sentence] = {
    KEEP: say("A moderator has read it and left it as it is."),
    HIDE: say("A moderator has hidden it. Thank you."),
    DELETE: say("A moderator has deleted it. Thank you."),
    MEND: say("A moderator has hidden it until its author has mended it. Thank you."),
    CLOSE: say("A moderator has closed the question. Thank you."),
}

KIND_WORDS: dict[str, Sentence] = {
    "question": say("A question"),
    "answer": say("An answer"),
    "comment": say("A comment"),
}
