"""What a pasted address means."""

import pytest

from forum.base.errors import Invalid
from forum.tickets.targets import parse_target


@pytest.mark.parametrize(
    "text, target",
    [
        ("/questions/7/red-light#answer-9", ("answer", 9)),
        ("https://help.example.it/questions/7/red-light#answer-9", ("answer", 9)),
        ("http://HELP.example.it/questions/7", ("question", 7)),
        ("/questions/7/red-light", ("question", 7)),
        ("/questions/7/red-light?sort=new", ("question", 7)),
        ("/questions/7/red-light#comment-3", ("question", 7)),
        ("/answers/9", ("answer", 9)),
        ("/kb/12/my-slug", ("article", 12)),
        ("  /kb/12 ", ("article", 12)),
        ("answer 9", ("answer", 9)),
        ("#answer-9", ("answer", 9)),
        ("Risposta 9", ("answer", 9)),
        ("a9", ("answer", 9)),
        ("kb 12", ("article", 12)),
        ("articolo n. 12", None),
        ("Domanda #7", ("question", 7)),
        ("q7", ("question", 7)),
        ("9", None),
        ("", None),
        ("answer 0", None),
        ("answer 9223372036854775808", None),
        ("https://evil.example/questions/7#answer-9", None),
        ("//evil.example/kb/12", None),
        ("javascript:/kb/12", None),
        ("ftp://help.example.it/kb/12", None),
        ("/questions/07", None),
        ("/questions/7abc", None),
        ("/people/7", None),
        ("http://[", None),
        ("answer " + "9" * 600, None),
        ("answer ９", None),
        ("\x00", None),
        ("\ud800", None),
    ],
)
def test_what_a_text_names(text: str, target: tuple[str, int] | None) -> None:
    if target is None:
        with pytest.raises(Invalid) as refused:
            parse_target(text, "help.example.it")
        assert set(refused.value.errors) == {"target"}
    else:
        assert parse_target(text, "help.example.it") == target
