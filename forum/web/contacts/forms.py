"""What is sent to write contacts down, and to say who they are."""

import re
from typing import Any

from wtforms import HiddenField

from forum.base.errors import Invalid
from forum.base.parts import parts
from forum.base.words import Sentence, say
from forum.contacts.drafts import ContactDraft
from forum.contacts.models import COMPANY_LENGTH, EMAIL, EXTERNAL_ID_LENGTH, NAME_LENGTH, PHONE, TIERS, ZONE_LENGTH
from forum.web.contacts.shown import home_country, point_value
from forum.web.context import own_name
from forum.web.forms import Line, PageForm
from forum.web.knowledge.forms import Choice
from forum.web.language import spoken
from forum.web.questions.forms import Versioned

#: What each value of a customer is called.
TIER_WORDS: dict[str, Sentence] = {"basic": say("Basic"), "plus": say("Plus"), "top": say("Top")}

#: A number, or the address of a profile as it is copied from the browser.
_PERSON = re.compile(r"(?:.*/people/)?#?([1-9][0-9]{0,17})(?:[/?#].*)?")


class ContactForm(Versioned):
    """What is known of a person."""

    name = Line(say("Name"), most=NAME_LENGTH)
    company = Line(say("Company"), least=0, most=COMPANY_LENGTH)
    tier = Choice(say("Value to the company"))
    zone = Line(
        say("Zone"),
        least=0,
        most=ZONE_LENGTH,
        description=say("Where the customer is served, such as RM or Roma Nord."),
    )
    language = Choice(say("Language"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tier.choices = [(tier, spoken(TIER_WORDS[tier])) for tier in TIERS]
        known = {code: own_name(code) for code in parts().settings.languages}
        if self.language.object_data:
            known.setdefault(self.language.object_data, self.language.object_data)
        self.language.choices = [("", spoken(say("Not known"))), *known.items()]

    @property
    def draft(self) -> ContactDraft:
        return ContactDraft(self.name.data, self.company.data, self.tier.data, self.zone.data, self.language.data or "")


class NewContactForm(ContactForm):
    """A person and the first ways to reach them."""

    email = Line(say("E-mail"), least=0, most=254)
    phone = Line(say("Phone"), least=0, most=40)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.phone.description = say("Without a country code it is a number of this country: %(country)s.",
                                     country=home_country())  # fmt: skip

    @property
    def points(self) -> list[tuple[str, str]]:
        return [(kind, text) for kind, text in ((EMAIL, self.email.data), (PHONE, self.phone.data)) if text]

    def prepare(self) -> None:
        for kind, text in self.points:
            point_value(kind, text)


class PointForm(PageForm):
    """One more way to reach somebody; what it is shows by itself."""

    value = Line(say("E-mail or phone"), most=254)

    def prepare(self) -> None:
        self.kind = EMAIL if "@" in self.value.data else PHONE
        try:
            point_value(self.kind, self.value.data)
        except Invalid as invalid:
            raise Invalid({"value": invalid.errors[self.kind]}) from invalid


class ExternalIdForm(PageForm):
    """How the company's other system calls this person."""

    external_id = Line(say("Customer number"), most=EXTERNAL_ID_LENGTH)


class MergeForm(PageForm):
    """Which contact becomes part of this one, as both were seen."""

    other = HiddenField()
    kept_version = HiddenField()
    gone_version = HiddenField()

    def prepare(self) -> None:
        sent = [field.data or "" for field in (self.other, self.kept_version, self.gone_version)]
        if not all(number.isascii() and number.isdigit() and len(number) < 19 for number in sent):
            raise Invalid({"": say("It is not clear which contact is meant. Go back and try again.")})
        self.other_id, self.seen_kept, self.seen_gone = (int(number) for number in sent)


class JoinForm(PageForm):
    """Who of the forum this is."""

    person = Line(
        say("Forum user"), most=300, description=say("The address of the profile, its number, or the confirmed e-mail.")
    )
    why = Line(say("How do you know?"), least=0, most=300)

    @property
    def user_id(self) -> int | None:
        """The number that was given, if one was."""
        found = _PERSON.fullmatch(self.person.data)
        return int(found[1]) if found else None
