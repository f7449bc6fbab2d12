"""Dumps that are broken, hostile or only strange: refused in a sentence with nothing done, or kept without loss."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.base.parts import Parts
from forum.cli.imports import import_
from forum.questions.models import Answer, Comment, Question, Tag
from forum.transfer.models import ImportedRow
from forum.transfer.stackexchange import dump as reading
from forum.transfer.stackexchange.dump import NotADump, read_rows
from forum.transfer.stackexchange.texts import AS_CODE, CUT, bring_comment, bring_html
from tests.transfer import dumps
from tests.transfer.test_stackexchange import reasons, report_of

Bring = Callable[..., Result]

HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
BOMB = (
    HEAD + '<!DOCTYPE posts [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>\n<posts><row Id="1" Body="&b;"/></posts>'
)
OUTSIDE = HEAD + '<!DOCTYPE posts SYSTEM "file:///etc/passwd">\n<posts><row Id="1"/></posts>'


@pytest.fixture
def bring(parts: Parts) -> Bring:
    def run(folder: Path, *options: str) -> Result:
        command = ["stackexchange", str(folder), "--site", "gear.example.com", *options]
        return CliRunner().invoke(import_, command, obj=lambda: parts)

    return run


def is_empty(session: Session) -> bool:
    kinds = (Question, Answer, Comment, User, Tag, ImportedRow)
    return not any(session.scalar(select(func.count()).select_from(kind)) for kind in kinds)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "is broken XML"),
        ("not XML at all", "is broken XML"),
        (HEAD + '<posts><row Id="1" ', "is broken XML"),
        (HEAD + "<posts><row Id='1'/></post>", "is broken XML"),
        (HEAD + "<votes><row Id='1'/></votes>", "begins with <votes>, not with <posts>"),
        (HEAD + "<posts></posts>", "holds no question"),
        (HEAD + "<posts>" + "<row>" * 200, "nests its elements too deeply"),
        (BOMB, "defines entities of its own"),
        (OUTSIDE, "defines entities of its own"),
        (HEAD + '<posts><row Id="1" Body="\udcff"/></posts>', "is broken XML"),
    ],
)
def test_what_is_no_dump_is_refused_in_a_sentence(
    bring: Bring, tmp_path: Path, session: Session, parts: Parts, content: str, says: str
) -> None:
    folder = tmp_path / "dump"
    folder.mkdir()
    (folder / "Posts.xml").write_bytes(content.encode("utf-8", "surrogateescape"))
    result = bring(folder)
    assert result.exit_code == 1
    assert says in result.output and result.output.strip().endswith("Nothing was imported.")
    assert "Traceback" not in result.output
    assert is_empty(session) and not (parts.settings.data / "reports").exists()


def test_a_file_broken_at_its_end_stops_everything(bring: Bring, tmp_path: Path, session: Session) -> None:
    folder = dumps.modern(tmp_path / "dump")
    whole = (folder / "Comments.xml").read_text()
    (folder / "Comments.xml").write_text(whole.removesuffix("</comments>\n"))
    assert bring(folder).exit_code == 1
    assert is_empty(session)
    (folder / "Comments.xml").write_text(whole)
    assert bring(folder).exit_code == 0
    assert not is_empty(session)


@pytest.mark.parametrize("cut", [1, 20, 200])
def test_a_packed_file_that_was_cut_off(bring: Bring, tmp_path: Path, session: Session, cut: int) -> None:
    folder = dumps.old(tmp_path / "dump")
    packed = folder / "votes.xml.gz"
    packed.write_bytes(packed.read_bytes()[:-cut])
    result = bring(folder)
    assert (result.exit_code, "votes.xml.gz" in result.output) == (1, True)
    assert is_empty(session)


def test_folders_that_hold_no_dump(bring: Bring, tmp_path: Path) -> None:
    assert "is not a folder" in bring(tmp_path / "nowhere").output
    (tmp_path / "gear.7z").write_bytes(b"7z")
    result = bring(tmp_path)
    assert (result.exit_code, "Unpack gear.7z first" in result.output) == (1, True)


def test_a_row_larger_than_any_is_refused_without_reading_it_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_ROW", 2_000_000)
    path = tmp_path / "Posts.xml.gz"
    path.write_bytes(gzip.compress((HEAD + '<posts><row Body="' + "a" * 5_000_000 + '"/></posts>').encode()))
    with pytest.raises(NotADump, match="holds a row of more than"):
        list(read_rows(path, "posts"))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a&#xD800;b", "a\ufffdb"),
        ("a&#56320;b", "a\ufffdb"),
        ("&#xD83D;&#xDE00;", "\U0001f600"),
        ("&#xA;&#55357;&#56832;&#xA;", "\n\U0001f600\n"),
        ("&#xD83D;&#x41;", "\ufffdA"),
        ("a&#x0;b&#0;c&#x1F;d&#11;e", "abcde"),
        ("a&#xFFFE;b&#65535;", "a\ufffdb\ufffd"),
        ("a\x00b\x0bc", "abc"),
        ("&#9;&#10;&#13;&#x20;&amp;#xD800;", "\t\n\r &#xD800;"),
    ],
)
@pytest.mark.parametrize("padding", [0, reading.CHUNK - 40, reading.CHUNK - 30])
def test_characters_that_xml_cannot_hold(tmp_path: Path, written: str, read: str, padding: int) -> None:
    path = tmp_path / "Posts.xml"
    path.write_text(f'{HEAD}<posts><!--{"-x" * (padding // 2)}--><row Text="{written}"/></posts>', newline="")
    assert list(read_rows(path, "posts")) == [{"text": read}]


def test_any_place_where_a_chunk_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "Posts.xml"
    path.write_text(f'{HEAD}<posts><row Text="a&#xD83D;&#xDE00;b&amp;c&#xD800;d"/></posts>')
    for size in range(1, 120):
        monkeypatch.setattr(reading, "CHUNK", size)
        assert list(read_rows(path, "posts")) == [{"text": "a\U0001f600b&c\ufffdd"}]


def test_strange_rows_come_in_or_are_named(bring: Bring, tmp_path: Path, session: Session, parts: Parts) -> None:
    folder = tmp_path / "dump"
    dumps.write(folder, "Users", [dumps.user(1, " "), dumps.user(2, "N" * 300), dumps.user(1, "Twice"), {"Id": "x"}])
    dumps.write(
        folder,
        "Posts",
        [
            dumps.question(1, Title="t" * 500, Tags="<" + "g" * 90 + "><.net><C_Sharp>", ViewCount="9" * 30, Score="x"),
            dumps.question(2, Title="", Body="", Tags="", OwnerUserId=2),
            dumps.question(2),
            dumps.question("9" * 40),
            dumps.answer(3, 1, Body="", AcceptedAnswerId="3"),
        ],
    )
    result = bring(folder)
    assert result.exit_code == 0, result.output
    questions = session.scalars(select(Question).order_by(Question.id)).all()
    assert [len(each.title) for each in questions] == [200, 1]
    assert [each.asker.name for each in questions] == ["user1", "N" * 60]
    assert [tag.name for tag in questions[0].tags] == [".net", "c-sharp", "g" * 35]
    assert questions[0].view_count == 0
    report = report_of(parts)
    notes = reasons(report, "notes")
    assert notes["posts rows", "not read: a number that was there before"] == 1
    assert notes["users rows", "not read: a number that was there before"] == 1
    assert notes["users rows", "not read: a row without a number"] == 1
    originals = [json.loads(line) for line in Path(report["originals"]).read_text().splitlines()]
    assert [(each["number"], each["source"]) for each in originals] == [("1", "t" * 500)]


HARD = {
    "deep": "<div>" * 5_000 + "at the bottom" + "</div>" * 5_000,
    "tags": "<b>x</b>" * 50_000,
    "brackets": "<p>" + "[" * 80_000 + "</p>",
    "angles": "<p>" + "&lt;" * 50_000 + "</p>",
    "long": "<p>" + "word " * 100_000 + "</p>",
    "entities": "<p>" + "&amp;amp;" * 60_000 + "</p>",
    "open": "<" * 200_000,
    "half tags": "<a href='" * 30_000,
}


@pytest.mark.parametrize("name", HARD)
def test_texts_too_hard_for_us_are_shown_as_words_and_kept_whole(
    bring: Bring, tmp_path: Path, session: Session, parts: Parts, name: str
) -> None:
    folder = tmp_path / "dump"
    dumps.write(folder, "Posts", [dumps.question(1, Body=HARD[name])])
    result = bring(folder)
    assert result.exit_code == 0, result.output
    question = session.scalars(select(Question)).one()
    assert question.html and len(question.text) <= 90_000
    report = report_of(parts)
    assert {why for what, why in reasons(report, "notes") if what == "question texts"} <= {AS_CODE, CUT}
    if report["originals"]:
        assert json.loads(Path(report["originals"]).read_text())["source"] == HARD[name]
    else:
        assert HARD[name].count("&") + HARD[name].count("<") < 5


def test_a_text_shown_as_words_keeps_them_and_its_links() -> None:
    source = "<div>" * 200 + '<p>one &lt;two&gt;</p><a href="https://example.com/x">three</a><script>four</script>'
    brought = bring_html(source, "", "https://gear.example.com/a/1")
    assert brought.problem == AS_CODE
    assert brought.text == "```\none <two>\n https://example.com/x threefour\n```"
    assert "<script" not in brought.html


def test_a_text_longer_than_any_says_where_the_whole_is() -> None:
    brought = bring_html("<p>" + "word " * 100_000 + "</p>", "", "https://gear.example.com/a/1")
    assert brought.problem == CUT
    assert '<a href="https://gear.example.com/a/1"' in brought.html


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("# one", "# one"),
        ("+1", "+1"),
        ("+ 1", "+ 1"),
        ("1. first", "1. first"),
        ("- - -", "- - -"),
        ("> said", "&gt; said"),
        ("[1]: https://example.com", "[1]: <a"),
        ("```", "```"),
        ("*one* **two** `three`", "<em>one</em> <strong>two</strong> <code>three</code>"),
        ("one\n\ntwo\n    three", "one two three"),
        ("@anna look", "@anna look"),
    ],
)
def test_a_comment_reads_as_it_was_written(written: str, shown: str) -> None:
    brought = bring_comment(written, "")
    assert brought.html.startswith(f"<p>{shown}") and not brought.problem


def test_a_name_and_a_script_stay_words(bring: Bring, tmp_path: Path, session: Session) -> None:
    folder = tmp_path / "dump"
    dumps.write(folder, "Users", [dumps.user(1, "<script>alert(1)</script>", AboutMe="<script>alert(1)</script>hello")])
    dumps.write(folder, "Posts", [dumps.question(1, Body='<p onclick="x()">a<img src=x onerror=alert(1)></p>')])
    assert bring(folder).exit_code == 0
    question = session.scalars(select(Question)).one()
    assert question.asker.about == "hello"
    assert "onerror" not in question.html and "onclick" not in question.html
