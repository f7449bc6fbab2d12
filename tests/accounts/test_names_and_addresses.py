"""What people may be called, and the one form of their address."""

import pytest

from forum.accounts.emails import normalise_email
from forum.accounts.names import normalise_name
from forum.base.errors import Invalid


@pytest.mark.parametrize(
    "typed, kept",
    [
        ("Anna@Example.IT", "anna@example.it"),
        ("  anna@example.it ", "anna@example.it"),
        ("anna@bücher.it", "anna@xn--bcher-kva.it"),
        ("a.b+tag@sub.example.it", "a.b+tag@sub.example.it"),
        ("ada@corp.local", "ada@corp.local"),
        ("ada@forum.test", "ada@forum.test"),
    ],
)
def test_an_address_has_one_form(typed: str, kept: str) -> None:
    assert normalise_email(typed) == kept
    assert normalise_email(kept) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "anna",
        "anna@",
        "@example.it",
        "anna@localhost",
        "a b@example.it",
        "anna@example.it\nBcc: x@y.it",
        "a@b@c.it",
        "Anna <anna@example.it>",
        "ünna@example.it",
        "anna@[127.0.0.1]",
        "x" * 65 + "@example.it",
        '"a b"@example.it',
        "anna@exa\0mple.it",
        "anna@-example.it",
        "anna@example..it",
        "\ud800@example.it",
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        normalise_email(typed)


@pytest.mark.parametrize(
    "name", ["Anna", "Li", "Renée D'Ávila-Sørensen", "J.R. Tolkien", "東京 太郎", "Bruno 78", "Ġorġ", "R2D2"]
)
def test_names_of_all_kinds_are_taken(name: str) -> None:
    assert normalise_name(name, "Sportello") == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a",
        "..",
        "🦊🦊",
        "Admin",
        "ADMINISTRATOR",
        "S.t.a.f.f",
        "Moderatóre",
        "Sportello",
        "sport ello",
        "Visit evil.com",
        *("www.evil", "http://x", "anna@example.it", "<script>", "x" * 61, "a/b", "\ud800x"),
    ],
)
def test_names_that_pose_or_advertise_are_refused(name: str) -> None:
    with pytest.raises(Invalid):
        normalise_name(name, "Sportello")
