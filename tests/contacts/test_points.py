"""Addresses and numbers have one form, and nothing is made of what is none."""

import pytest

from forum.base.errors import Invalid
from forum.contacts.models import FOLDED_LENGTH
from forum.contacts.points import email_value, fold, parts_of_number, phone_value, spoken_point


@pytest.mark.parametrize(
    "text, value",
    [
        ("Anna.Ferri@Example.IT", "anna.ferri@example.it"),
        ("  anna@example.it ", "anna@example.it"),
        ("a.n.n.a+bolletta@gmail.com", "a.n.n.a+bolletta@gmail.com"),
        ("info@città.it", "info@xn--citt-3na.it"),
        ("info@XN--CITT-3NA.it", "info@xn--citt-3na.it"),
    ],
)
def test_an_address_is_kept_in_one_form(text: str, value: str) -> None:
    assert email_value(text) == value
    assert email_value(value) == value


@pytest.mark.parametrize(
    "text",
    ["", "anna", "anna@", "@example.it", "a@b@c.it", "anna ferri@example.it", "anna@exa mple.it",
     "x" * 300 + "@example.it",
     "=cmd|' /C calc'!A0", "a\x00@", "\ud800@example.it", '"a b"@example.it', "anna@[127.0.0.1]", "anna@example..it"],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        email_value(text)
    assert set(refused.value.errors) == {"email"}


@pytest.mark.parametrize(
    "text, value",
    [
        ("333 1234567", "+393331234567"),
        ("0039 333 123 4567", "+393331234567"),
        ("+39 333-123.4567", "+393331234567"),
        ("02 1234567", "+39021234567"),
        ("06/12345678", "+390612345678"),
        ("(06) 12345678", "+390612345678"),
        ("+44 20 7946 0958", "+442079460958"),
        ("３３３ １２３４５６７", "+393331234567"),
        ("'+39 333 1234567", "+393331234567"),
        ("tel:+39-06-1234567", "+39061234567"),
        ("06\u20111234\u2013567", "+39061234567"),
        ("\u202a+39 333 1234567\u202c", "+393331234567"),
        ("+44 (0)20 7946 0958", "+442079460958"),
    ],
)
def test_a_number_is_kept_in_one_form(text: str, value: str) -> None:
    assert phone_value(text) == value
    assert phone_value(value) == value


def test_the_country_decides_about_numbers_without_a_code() -> None:
    assert phone_value("020 7946 0958", "GB") == "+442079460958"
    assert phone_value("06 1234567", "IT") == "+39061234567"
    assert phone_value("+39 06 1234567", "GB") == "+39061234567"


@pytest.mark.parametrize(
    "text, parts",
    [
        ("06 1234", ("061234", "61234")),
        ("0039 06 12", ("00390612", "390612")),
        ("+39 06", ("3906",)),
        ("123", ()),
        ("٠٦١٢٣", ()),
    ],
)
def test_an_unfinished_number_is_looked_for_in_each_way_it_may_stand(text: str, parts: tuple[str, ...]) -> None:
    assert parts_of_number(text) == parts


@pytest.mark.parametrize(
    "text",
    ["", "1", "abc", "+", "3,93331E+11", "800-FIBRA-OK", "333 1234567 int. 4", "9" * 60, "\x00", "=1+1", "\ud83d"],
)
def test_what_nobody_could_dial_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        phone_value(text)
    assert set(refused.value.errors) == {"phone"}


def test_numbers_are_read_in_groups_and_addresses_as_they_are() -> None:
    assert spoken_point("phone", "+393331234567") == "333 123 4567"
    assert spoken_point("phone", "+390612345678") == "06 1234 5678"
    assert spoken_point("phone", "+442079460958") == "+44 20 7946 0958"
    assert spoken_point("phone", "+442079460958", "GB") == "020 7946 0958"
    assert spoken_point("phone", "+393331234567", "GB") == "+39 333 123 4567"
    assert spoken_point("phone", "nonsense") == "nonsense"
    assert spoken_point("email", "anna@example.it") == "anna@example.it"


def test_folding_forgets_accents_and_capitals_and_stays_bounded() -> None:
    assert fold("  Niccolò ", "D'AGOSTÌNO & C. ") == "niccolo d'agostino & c."
    assert len(fold("ﷺ" * 120)) <= FOLDED_LENGTH
