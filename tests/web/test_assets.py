"""Static files: named by content, compressed once, kept by the browser, and never wrong under an old name."""

import gzip
import re
from pathlib import Path

import brotli
import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

from forum.web.assets import Assets, choose_encoding, zstd

WEB = Path(__file__).parents[2] / "forum" / "web"
#: A name for what is meant, which no browser asks for.
VOCABULARY = "https://schema.org/"

INLINE_OR_FOREIGN = (" style=", "<style", "javascript:", "|safe", "http://", "https://")
UNTRUSTED_SINKS = (
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "eval(",
    "document.write",
    "DOMParser",
    "import ",
)
DECODERS = {"br": brotli.decompress, "gzip": gzip.decompress, "zstd": zstd.decompress}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {
        "css/vote.css": ".vote { color: red }",
        "css/print.css": "@media print { p { color: black } }",
        "css/tokens.css": ":root { --paper: #fff }",
        "css/base.css": "p { margin: 0 }",
        "css/avatar.css": ".avatar { margin: 0 }",
        "js/keys.js": "const seen = 1;",
        "js/vote.js": "const seen = 2;",
        "icons.svg": "<svg>" + "<path d='M0 0h24v24'/>" * 40 + "</svg>",
        "photo.png": "\x89PNG" + "x" * 900,
        ".hidden": "never",
    }.items():
        path = tmp_path / "static" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path / "static"


def ask(assets: Assets, name: str, method: str = "GET", **headers: str) -> Response:
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    environ = EnvironBuilder(path="/static/" + name, method=method, headers=list(named.items())).get_environ()
    return Response.from_app(lambda env, start: assets.respond(name, Request(env))(env, start), environ)


def name_of(assets: Assets, name: str) -> str:
    return assets.url(name).removeprefix("/static/")


def test_styles_are_joined_in_cascade_order(folder: Path) -> None:
    text = Assets(folder).by_name["app.css"].body.decode()
    order = [text.index(mark) for mark in ("--paper", "p { margin", ".avatar", ".vote", "@media print")]
    assert order == sorted(order)


def test_each_script_stands_in_its_own_block(folder: Path) -> None:
    assert Assets(folder).by_name["app.js"].body == b"{\nconst seen = 1;\n}\n{\nconst seen = 2;\n}"


def test_a_name_changes_with_its_content_and_only_then(folder: Path) -> None:
    before = Assets(folder)
    again = Assets(folder)
    (folder / "css" / "vote.css").write_text(".vote { color: blue }")
    after = Assets(folder)
    assert before.url("app.css") == again.url("app.css") != after.url("app.css")
    assert before.url("icons.svg") == after.url("icons.svg")


def test_parts_and_hidden_files_are_not_served(folder: Path) -> None:
    assets = Assets(folder)
    for name in ("css/vote.css", ".hidden", "../secret", "nothing.css", "", "app.zzzzzzzzzz.css"):
        reply = ask(assets, name)
        assert reply.status_code == 404
        assert reply.headers["Cache-Control"] == "no-store"


def test_an_unknown_name_stops_the_page(folder: Path) -> None:
    with pytest.raises(KeyError):
        Assets(folder).url("missing.svg")


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip"])
def test_what_is_sent_compressed_unpacks_to_the_same(folder: Path, encoding: str) -> None:
    assets = Assets(folder)
    reply = ask(assets, name_of(assets, "icons.svg"), Accept_Encoding=encoding)
    assert reply.headers["Content-Encoding"] == encoding
    assert reply.headers["Vary"] == "Accept-Encoding"
    assert DECODERS[encoding](reply.get_data()) == (folder / "icons.svg").read_bytes()
    assert int(reply.headers["Content-Length"]) == len(reply.get_data())
    assert len(reply.get_data()) < (folder / "icons.svg").stat().st_size


def test_a_browser_that_reads_nothing_packed_gets_it_plain(folder: Path) -> None:
    assets = Assets(folder)
    reply = ask(assets, name_of(assets, "icons.svg"), Accept_Encoding="identity")
    assert "Content-Encoding" not in reply.headers
    assert reply.get_data() == (folder / "icons.svg").read_bytes()


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, zstd", "zstd"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("*", "br"),
        ("*;q=0", None),
        ("*, br;q=0", "zstd"),
        ("identity, gzip;q=0.5", None),
        ("deflate", None),
        ("", None),
        ("br;q=abc, ;;;=, \x00", None),
        ("GZIP", "gzip"),
    ],
)
def test_which_encoding_is_chosen(accepted: str, chosen: str | None) -> None:
    assert choose_encoding(accepted, ["br", "zstd", "gzip"]) == chosen


def test_small_and_packed_files_stay_as_they_are(folder: Path) -> None:
    assets = Assets(folder)
    assert assets.by_name["app.js"].encoded == {}
    assert assets.by_name["photo.png"].encoded == {}
    assert "Vary" not in ask(assets, name_of(assets, "photo.png"), Accept_Encoding="br").headers


def test_a_fingerprinted_name_is_kept_for_good(folder: Path) -> None:
    assets = Assets(folder)
    reply = ask(assets, name_of(assets, "app.css"))
    assert reply.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert reply.headers["Content-Type"] == "text/css; charset=utf-8"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"


def test_a_plain_name_must_be_asked_for_again(folder: Path) -> None:
    reply = ask(Assets(folder), "icons.svg")
    assert (reply.status_code, reply.headers["Cache-Control"]) == (200, "no-cache")
    assert reply.headers["Content-Type"] == "image/svg+xml"


def test_a_page_from_before_the_last_deployment_still_gets_its_styles(folder: Path) -> None:
    old = name_of(Assets(folder), "app.css")
    (folder / "css" / "vote.css").write_text(".vote { color: blue }")
    reply = ask(Assets(folder), old)
    assert b"blue" in reply.get_data()
    assert reply.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("encoding", ["br", "identity"])
def test_what_the_browser_has_is_not_sent_again(folder: Path, encoding: str) -> None:
    assets = Assets(folder)
    name = name_of(assets, "icons.svg")
    etag = ask(assets, name, Accept_Encoding=encoding).headers["ETag"]
    reply = ask(assets, name, Accept_Encoding=encoding, If_None_Match=etag)
    assert (reply.status_code, reply.get_data()) == (304, b"")
    other = "gzip" if encoding == "br" else "br"
    assert ask(assets, name, Accept_Encoding=other, If_None_Match=etag).status_code == 200


def test_head_sends_only_headers(folder: Path) -> None:
    reply = ask(Assets(folder), "icons.svg", method="HEAD")
    assert (reply.status_code, reply.get_data()) == (200, b"")
    assert reply.headers["Content-Type"] == "image/svg+xml"


def test_compressed_copies_are_kept_for_the_next_start(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    first = Assets(folder, cache)
    assert not list(cache.glob(".writing-*"))

    def refuse(*args: object, **options: object) -> bytes:
        raise AssertionError("compressed again")

    for module, name in ((brotli, "compress"), (zstd, "compress"), (gzip, "compress")):
        monkeypatch.setattr(module, name, refuse)
    assert Assets(folder, cache).by_name == first.by_name
    (folder / "icons.svg").write_text("<svg>" + "<g/>" * 300 + "</svg>")
    with pytest.raises(AssertionError, match="compressed again"):
        Assets(folder, cache)


def test_who_works_on_the_pages_sees_changes_at_once(folder: Path) -> None:
    fresh, kept = Assets(folder, fresh=True), Assets(folder)
    before = fresh.url("app.css")
    (folder / "css" / "new.css").write_text(".new { margin: 0 }")
    assert fresh.url("app.css") != before
    assert kept.url("app.css") == before


def test_our_own_files_stay_within_their_budget() -> None:
    assets = Assets(WEB / "static")
    sizes = {name: assets.by_name[name].encoded for name in ("app.css", "app.js")}
    for encoding in ("br", "zstd"):
        assert len(sizes["app.css"][encoding]) <= 14 * 1024
        assert len(sizes["app.js"][encoding]) <= 15 * 1024


def test_nothing_of_ours_is_inline_or_from_elsewhere() -> None:
    for path in (WEB / "templates").rglob("*.html"):
        text = path.read_text("utf-8").replace(VOCABULARY, "")
        assert not re.search(r"\son[a-z]+=", text), path.name
        for forbidden in INLINE_OR_FOREIGN:
            assert forbidden not in text, (path.name, forbidden)
    for path in (WEB / "static" / "js").glob("*.js"):
        text = path.read_text("utf-8")
        for forbidden in UNTRUSTED_SINKS:
            assert forbidden not in text, (path.name, forbidden)
