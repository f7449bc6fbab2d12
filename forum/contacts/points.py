"""Addresses and numbers in the one form in which they are kept and compared."""

import re
import unicodedata

import phonenumbers

from forum.accounts.emails import normalise_email
from forum.base.errors import Invalid
from forum.base.texts import Unclean, clean_line
from forum.base.words import Sentence, say
from forum.contacts.models import EMAIL, FOLDED_LENGTH, PHONE

#: Where a number without a country code is dialled.
HOME_REGION = "IT"

#: The longest number is 15 digits; people put blanks, strokes and brackets between them.
PHONE_TEXT_LENGTH = 40

_PHONE_SIGNS = re.compile(r"\+?[0-9()/.\-\s]+")

NOT_AN_EMAIL = say("This is not an e-mail address. It should look like anna@example.it.")
NOT_A_PHONE = say("This is not a phone number such as 333 1234567 or +44 20 7946 0958.")


def email_value(text: str) -> str:
    """Lower case, domain in IDNA; dots and plus signs stay, for to some providers they make another person.

    Raises Invalid for what is no address.
    """
    return normalise_email(_line(text, EMAIL, NOT_AN_EMAIL))


def phone_value(text: str) -> str:
    """E.164. The zero of Italian landlines belongs to the number and stays.

    Raises Invalid for what nobody could dial.
    """
    plain = unicodedata.normalize("NFKC", _line(text, PHONE, NOT_A_PHONE)).removeprefix("'").strip()
    if len(plain) > PHONE_TEXT_LENGTH or not _PHONE_SIGNS.fullmatch(plain):
        raise Invalid({PHONE: NOT_A_PHONE})
    try:
        number = phonenumbers.parse(plain, HOME_REGION)
    except phonenumbers.NumberParseException as wrong:
        raise Invalid({PHONE: NOT_A_PHONE}) from wrong
    if not phonenumbers.is_possible_number(number):
        raise Invalid({PHONE: NOT_A_PHONE})
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def point_value(kind: str, text: str) -> str:
    """The value of an address or number of either kind."""
    return email_value(text) if kind == EMAIL else phone_value(text)


def spoken_point(kind: str, value: str) -> str:
    """As people read it: a number in groups, a domain in its own script."""
    if kind == PHONE:
        try:
            return phonenumbers.format_number(phonenumbers.parse(value), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        except phonenumbers.NumberParseException:
            return value
    return value


def fold(*texts: str) -> str:
    """Names as they are searched: no capitals, no accents, single blanks."""
    plain = unicodedata.normalize("NFKD", " ".join(text for text in texts if text).casefold())
    return " ".join("".join(letter for letter in plain if not unicodedata.combining(letter)).split())[:FOLDED_LENGTH]


def _line(text: str, field: str, reason: Sentence) -> str:
    try:
        return clean_line(text)
    except Unclean as unclean:
        raise Invalid({field: reason}) from unclean
