"""Addresses and numbers in the one form in which they are kept and compared."""

import re
import unicodedata

import phonenumbers
from sqlalchemy.orm import Session

from forum.accounts.emails import normalise_email
from forum.base.errors import Invalid
from forum.base.texts import Unclean, clean_line
from forum.base.words import Sentence, say
from forum.contacts.models import EMAIL, FOLDED_LENGTH, PHONE

#: Where a number without a country code is dialled, unless the settings say otherwise.
HOME_REGION = "IT"

#: The longest number is 15 digits; people put blanks, strokes and brackets between them.
PHONE_TEXT_LENGTH = 40

#: Fewer digits of a number fit too many people.
SHORTEST_PART = 4

#: The many dashes that programs make of a stroke.
_STROKES = {ord(sign): "-" for sign in "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"}

_PHONE_SIGNS = re.compile(r"\+?[0-9()/.\-\s]+")

NOT_AN_EMAIL = say("This is not an e-mail address. It should look like anna@example.it.")
NOT_A_PHONE = say("This is not a phone number such as 333 1234567 or +44 20 7946 0958.")


def email_value(text: str) -> str:
    """Lower case, domain in IDNA; dots and plus signs stay, for to some providers they make another person.

    Raises Invalid for what is no address.
    """
    return normalise_email(_line(text, EMAIL, NOT_AN_EMAIL))


def home_region(session: Session) -> str:
    """Where numbers without a country code are dialled; it comes with the session, from the settings."""
    region: str = session.info.get("phone_region", HOME_REGION)
    return region


def phone_value(text: str, region: str = HOME_REGION) -> str:
    """E.164. The zero of Italian landlines belongs to the number and stays.

    Raises Invalid for what nobody could dial.
    """
    plain = typed_number(text)
    if len(plain) > PHONE_TEXT_LENGTH or not _PHONE_SIGNS.fullmatch(plain):
        raise Invalid({PHONE: NOT_A_PHONE})
    try:
        number = phonenumbers.parse(plain, region)
    except phonenumbers.NumberParseException as wrong:
        raise Invalid({PHONE: NOT_A_PHONE}) from wrong
    if not phonenumbers.is_possible_number(number):
        raise Invalid({PHONE: NOT_A_PHONE})
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def typed_number(text: str) -> str:
    """A number as it was typed or copied, with plain digits and strokes, without what programs put before it."""
    plain = unicodedata.normalize("NFKC", _line(text, PHONE, NOT_A_PHONE)).translate(_STROKES)
    return plain.removeprefix("'").removeprefix("tel:").strip()


def point_value(kind: str, text: str, region: str = HOME_REGION) -> str:
    """The value of an address or number of either kind."""
    return email_value(text) if kind == EMAIL else phone_value(text, region)


def spoken_point(kind: str, value: str, region: str = HOME_REGION) -> str:
    """As people read it: a number in groups, at home without the country code; an address as it is."""
    if kind != PHONE:
        return value
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        return value
    is_home = number.country_code == phonenumbers.country_code_for_region(region)
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, form.NATIONAL if is_home else form.INTERNATIONAL)


def parts_of_number(text: str) -> tuple[str, ...]:
    """The ways in which the digits of an unfinished number may stand in a stored one."""
    digits = "".join(sign for sign in typed_number(text) if sign.isascii() and sign.isdigit())
    shorter = digits.removeprefix("00") if digits.startswith("00") else digits.removeprefix("0")
    return tuple(dict.fromkeys(part for part in (digits, shorter) if len(part) >= SHORTEST_PART))


def fold(*texts: str) -> str:
    """Names as they are searched: no capitals, no accents, single blanks."""
    plain = unicodedata.normalize("NFKD", " ".join(text for text in texts if text).casefold())
    return " ".join("".join(letter for letter in plain if not unicodedata.combining(letter)).split())[:FOLDED_LENGTH]


def _line(text: str, field: str, reason: Sentence) -> str:
    try:
        return clean_line(text)
    except Unclean as unclean:
        raise Invalid({field: reason}) from unclean
