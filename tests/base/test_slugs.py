"""The readable part of an address."""

import pytest

from forum.base.slugs import SLUG_LENGTH, slugify


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("Anna Ferri", "anna-ferri"),
        ("  Perché è   lento?! ", "perche-e-lento"),
        ("李雷", "-"),
        ("a" * 200, "a" * SLUG_LENGTH),
        ("x" * 70 + " word-that-does-not-fit", "x" * 70 + "-word"),
        ("../../etc", "etc"),
    ],
)
def test_a_slug_is_short_plain_ascii(words: str, slug: str) -> None:
    assert slugify(words) == slug
