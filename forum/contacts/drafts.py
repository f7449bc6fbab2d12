"""What somebody wants to say of a contact, checked as a whole before anything is written."""

from dataclasses import dataclass, field

from forum.base.errors import Invalid
from forum.base.texts import Unclean, clean_line
from forum.base.words import Sentence, say
from forum.contacts.models import COMPANY_LENGTH, NAME_LENGTH, TIERS, ZONE_LENGTH, Contact
from forum.contacts.points import fold

LANGUAGE_LENGTH = 8


@dataclass(frozen=True)
class ContactDraft:
    """The fields of a contact that people fill in."""

    name: str
    company: str = ""
    tier: str = TIERS[0]
    zone: str = ""
    language: str = ""

    def checked(self) -> "ContactDraft":
        """The same with clean lines; raises Invalid, naming every field that cannot be taken."""
        check = _Check()
        made = ContactDraft(
            name=check.line("name", self.name, NAME_LENGTH),
            company=check.line("company", self.company, COMPANY_LENGTH),
            tier=self.tier,
            zone=check.line("zone", self.zone, ZONE_LENGTH),
            language=check.line("language", self.language, LANGUAGE_LENGTH).lower(),
        )
        if not made.name and "name" not in check.errors:
            check.errors["name"] = say("A contact needs a name.")
        if made.tier not in TIERS:
            check.errors["tier"] = say("The value of a customer is basic, plus or top.")
        if made.language and not (made.language.isascii() and made.language.replace("-", "").isalpha()):
            check.errors["language"] = say("A language is written as two letters, such as it or en.")
        if check.errors:
            raise Invalid(check.errors)
        return made


#: The fields a draft and a contact share.
FIELDS = ("name", "company", "tier", "zone", "language")


def differing(contact: Contact, draft: ContactDraft) -> list[str]:
    """The names of the fields in which the draft says something else."""
    return [name for name in FIELDS if getattr(contact, name) != getattr(draft, name)]


def fill(contact: Contact, draft: ContactDraft) -> None:
    """Let a contact say what a checked draft says."""
    for name in FIELDS:
        setattr(contact, name, getattr(draft, name))
    contact.folded = fold(contact.name, contact.company)


@dataclass
class _Check:
    errors: dict[str, Sentence] = field(default_factory=dict)

    def line(self, name: str, value: str, most: int) -> str:
        try:
            plain = clean_line(value)
        except Unclean as unclean:
            self.errors[name] = unclean.reason
            return ""
        if len(plain) > most:
            self.errors[name] = say(
                "This is %(length)d characters long; at most %(most)d fit.", length=len(plain), most=most
            )
        return plain
