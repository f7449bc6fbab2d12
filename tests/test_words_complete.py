"""Everything people read is said in every language the site ships with."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import PoFileError

from forum.base.words import SOURCE_LANGUAGE
from forum.notices import letters
from forum.translations.catalogues import CATALOGUES, Entry, faults, read_catalogue, read_entries
from forum.translations.gathering import Message, gather_messages, template_folders, unmarkable
from forum.translations.tidying import home_of, tidy
from forum.translations.untold import untranslated_in, untranslated_words

LANGUAGES = ("it",)

#: What stands on the keys of a keyboard.
KEY_CAPS = {"Ctrl", "Enter", "Esc", "\ufffc\ufffc (Ctrl+\ufffc)"}


def entry(one: str, *forms: str, many: str | None = None, file: str = "a.po", is_fuzzy: bool = False) -> Entry:
    return Entry(file, one, many, forms, is_fuzzy)


@pytest.fixture(scope="module")
def messages() -> dict[str, Message]:
    """What the code and the templates say; to read them all takes a second."""
    return gather_messages()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated_and_nothing_is_left_over(messages: dict[str, Message], language: str) -> None:
    assert len(messages) > 500
    assert faults(messages, read_entries(language)) == []


def test_every_marked_sentence_is_written_where_it_is_marked() -> None:
    assert unmarkable() == []


def test_no_template_speaks_past_the_translation() -> None:
    assert {folder.parent.name for folder in template_folders()} >= {"web"}
    found: dict[str, list[str]] = {}
    for folder in template_folders():
        found |= untranslated_in(folder)
    left = {name: [words for words in said if words not in KEY_CAPS] for name, said in found.items()}
    assert {name: said for name, said in left.items() if said} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mail_is_written_in_every_language_with_the_same_places(language: str) -> None:
    def of(folder: Path) -> dict[str, set[str]]:
        return {path.name: set(re.findall(r"{{ (\w+) }}", path.read_text("utf-8"))) for path in folder.glob("*.txt")}

    source = letters.FOLDER / SOURCE_LANGUAGE
    assert of(source)
    assert of(letters.FOLDER / language) == of(source)
    same = [
        path.name
        for path in source.glob("*.txt")
        if path.read_text("utf-8") == (letters.FOLDER / language / path.name).read_text("utf-8")
    ]
    assert same == []


@pytest.mark.parametrize(
    "wrong, complaint",
    [
        ([], "has no translation"),
        ([entry("Hello %(name)s", "")], "not translated in all its forms"),
        ([entry("Hello %(name)s", "Ciao %(nome)s")], "other places to fill"),
        ([entry("Hello %(name)s", "Ciao %(name)d")], "other places to fill"),
        ([entry("Hello %(name)s", "Ciao %(name)s al 100%")], "bare percent sign"),
        ([entry("Hello %(name)s", "Ciao %(name)s", is_fuzzy=True)], "uncertain"),
        ([entry("Hello %(name)s", "Ciao %(name)s", "Ciao", many="Hellos")], "has the plural"),
        ([entry("Hello %(name)s", "Ciao %(name)s"), entry("Hello %(name)s", "Ehi", file="b.po")], "as well"),
        ([entry("Hello %(name)s", "Ciao %(name)s"), entry("Bye", "Addio")], "is said nowhere"),
    ],
)
def test_what_is_wrong_with_a_catalogue_is_named(wrong: list[Entry], complaint: str) -> None:
    said = {"Hello %(name)s": Message("Hello %(name)s", places=["web/pages.py:1"])}
    assert faults(said, [entry("Hello %(name)s", "Ciao %(name)s")]) == []
    found = faults(said, wrong)
    assert len(found) == 1 and complaint in found[0], found


def test_a_sentence_with_a_number_needs_both_forms() -> None:
    said = {"%(num)d day": Message("%(num)d day", "%(num)d days", ["web/pages.py:1"])}
    right = entry("%(num)d day", "%(num)d giorno", "%(num)d giorni", many="%(num)d days")
    assert faults(said, [right]) == []
    half = entry("%(num)d day", "%(num)d giorno", "", many="%(num)d days")
    assert "all its forms" in faults(said, [half])[0]


def test_an_entry_that_stands_twice_in_a_file_is_refused(tmp_path: Path) -> None:
    catalogue = tmp_path / "twice.po"
    catalogue.write_text('msgid "Ask"\nmsgstr "Chiedi"\n', "utf-8")
    assert [found.one for found in read_catalogue(catalogue)] == ["Ask"]
    catalogue.write_text('msgid "Ask"\nmsgstr "Chiedi"\n\nmsgid "Ask"\nmsgstr "Domanda"\n', "utf-8")
    with pytest.raises((ValueError, PoFileError), match=r"Ask"):
        list(read_catalogue(catalogue))


@pytest.mark.parametrize(
    "source, found",
    [
        ("<p>{{ _('Ask') }}</p>", []),
        ("<p>{% trans %}Ask here{% endtrans %}</p>", []),
        ("<p class='row wide' data-state='new'>{{ name }} · 7</p>", []),
        ("<svg><title>Some picture</title></svg><code>run it now</code>", []),
        ("<p>Ask</p>", ["Ask"]),
        ("{% if a %}<b>Ask here</b>{% endif %}", ["Ask here"]),
        ("<button aria-label='Ask here'></button>", ["Ask here"]),
        ("{{ button('Ask here') }}", ["Ask here"]),
        ("{{ button(_('Ask here')) }}", []),
    ],
)
def test_words_outside_the_translation_are_found(source: str, found: list[str]) -> None:
    assert untranslated_words(source) == found


def test_markers_are_found_in_code_and_templates_and_what_hides_is_named(tmp_path: Path) -> None:
    (tmp_path / "web" / "templates" / "tags").mkdir(parents=True)
    (tmp_path / "rules.py").write_text('NO = no("Not you.")\nMANY = say_many("%(num)d tag", "%(num)d tags", 2)\n')
    (tmp_path / "web" / "templates" / "tags" / "list.html").write_text(
        '{{ _("Not you.") }}{% trans n=n %}one{% pluralize %}more{% endtrans %}'
    )
    found = gather_messages(tmp_path)
    assert {one: message.many for one, message in found.items()} == {
        "Not you.": None,
        "%(num)d tag": "%(num)d tags",
        "one": "more",
    }
    assert found["Not you."].places == ["rules.py:1", "web/templates/tags/list.html:1"]
    assert unmarkable(tmp_path) == []
    (tmp_path / "rules.py").write_text("REASON = 'Not you.'\nNO = no(REASON)\n")
    assert unmarkable(tmp_path) == ["rules.py:2"]


def test_tidying_keeps_each_sentence_once_where_it_belongs() -> None:
    said = {
        "Ask": Message("Ask", places=["web/templates/questions/ask.html:1", "web/questions/forms.py:2"]),
        "Name": Message("Name", places=["web/accounts/forms.py:1", "contacts/rules.py:2"]),
    }
    assert [home_of(message) for message in said.values()] == ["questions", "frame"]
    entries = [
        entry("Name", "Nome"),
        entry("Name", "Nome", file="b.po"),
        entry("Ask", "Chiedi"),
        entry("Gone", "Sparito"),
    ]
    files = tidy(said, entries, "it")
    assert sorted(files) == ["frame.po", "questions.po"]
    assert 'msgid "Name"\nmsgstr "Nome"' in files["frame.po"]
    assert "Sparito" not in "".join(files.values())
    with pytest.raises(ValueError, match="“Cognome” in b"):
        tidy(said, [entry("Name", "Nome"), entry("Name", "Cognome", file="b.po")], "it")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogues_stand_as_tidying_leaves_them(messages: dict[str, Message], language: str) -> None:
    files = tidy(messages, read_entries(language), language)
    assert sorted(files) == sorted(path.name for path in (CATALOGUES / language).glob("*.po"))
