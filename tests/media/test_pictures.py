"""Pictures through the front door: what comes in, what is made of it, who sees it, and what goes again."""

import io
import os
import re
import struct
import time
import zlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Settings
from forum.accounts.models import VISITOR, User
from forum.base.clock import utc_now
from forum.drafts.actions import forget_old_drafts
from forum.drafts.models import Draft
from forum.media import actions, rules
from forum.media.files import PictureFiles
from forum.media.looking import LONGEST_SIDE, MOST_BYTES, fit
from forum.media.models import FAILED, READY, WAITING, Picture, PictureUse
from forum.media.queries import picture_ids, picture_ids_in
from forum.questions import actions as asking
from forum.questions.actions.erasing import erase_texts
from forum.questions.models import Answer, Question
from tests.builders import make_answer, make_article, make_comment, make_question
from tests.conftest import Browser

Open = Callable[[User | None], Browser]
SCRIPT = {"Accept": "application/json"}
PLACE = b"45.4642 N 9.1900 E"


def drawn(kind: str = "PNG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **more: Any) -> bytes:
    """A picture of a kind."""
    made = io.BytesIO()
    Image.effect_noise(size, 40).convert(mode).save(made, kind, **more)
    return made.getvalue()


def photograph(size: tuple[int, int] = (400, 200), orientation: int = 6) -> bytes:
    """As a telephone makes it: lying on its side, and saying where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = PLACE.decode()
    return drawn("JPEG", size, exif=exif, comment=PLACE)


def bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """Some hundred bytes that say they are 900 million pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 9999)) + chunk(b"IEND", b"")
    )


def send(client: Browser, content: bytes, name: str = "a.png", **more: Any) -> Any:
    form = {"picture": (io.BytesIO(content), name), **more.pop("form", {})}
    return client.send("/media", form, content_type="multipart/form-data", **more)


def uploaded(client: Browser, content: bytes | None = None) -> int:
    answer = send(client, content or drawn(), headers=SCRIPT)
    assert answer.status_code == 200, answer.text
    return int(answer.json["id"])


def picture(session: Session, number: int) -> Picture:
    session.expire_all()
    return session.get_one(Picture, number)


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (drawn("PNG", (40, 30)), (40, 30)),
        (drawn("PNG", (40, 30), "RGBA"), (40, 30)),
        (drawn("PNG", (40, 30), "P", transparency=0), (40, 30)),
        (drawn("PNG", (40, 30), "I;16"), (40, 30)),
        (drawn("JPEG", (3_200, 100)), (1_600, 50)),
        (drawn("JPEG", (40, 30), "CMYK"), (40, 30)),
        (drawn("WEBP", (30, 40)), (30, 40)),
        (drawn("GIF", (40, 30), save_all=True, append_images=[Image.new("RGB", (40, 30))] * 3), (40, 30)),
        (photograph((400, 200), 6), (200, 400)),
        (photograph((400, 200), 1), (400, 200)),
    ],
    ids=["png", "alpha", "palette", "deep", "wide", "cmyk", "webp", "gif", "turned", "upright"],
)
def test_what_is_uploaded_is_made_anew(
    session: Session, browser: Open, anna: User, carry: Any, settings: Settings, content: bytes, size: tuple[int, int]
) -> None:
    client = browser(anna)
    number = uploaded(client, content)
    waiting = client.get(f"/media/{number}", follow_redirects=True)
    assert waiting.mimetype == "image/svg+xml" and f'width="{size[0]}" height="{size[1]}"' in waiting.text
    assert waiting.headers["Cache-Control"] == "private, no-store"
    carry()
    row = picture(session, number)
    assert (row.state, row.width, row.height) == (READY, *size)
    for path, longest in ((row.path, LONGEST_SIDE), (row.small_path, 320)):
        shown = client.get(path)
        assert shown.headers["Content-Type"] == "image/webp"
        assert shown.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
        made = Image.open(io.BytesIO(shown.data))
        assert (made.format, made.size) == ("WEBP", (fit(*size, longest).width, fit(*size, longest).height))
        assert PLACE not in shown.data and not made.getexif() and getattr(made, "n_frames", 1) == 1
    assert not PictureFiles(settings.media_folder).raw(row.token).exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Choose a picture"),
        (b"hello", "picture cannot be shown"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "picture cannot be shown"),
        (drawn("TIFF"), "picture cannot be shown"),
        (drawn("BMP"), "picture cannot be shown"),
        (drawn("ICO"), "picture cannot be shown"),
        (b"%PDF-1.7 " + drawn(), "picture cannot be shown"),
        (drawn()[:20], "picture cannot be shown"),
        (bomb(), "million pixels"),
        (bomb(6_400, 6_400), "million pixels"),
        (drawn() + b"x" * MOST_BYTES, "larger than 8 MB"),
    ],
    ids=["nothing", "text", "svg", "tiff", "bmp", "ico", "pdf", "head", "bomb", "cap", "heavy"],
)
def test_what_is_no_picture_of_ours_is_refused_in_a_sentence(
    session: Session, browser: Open, anna: User, settings: Settings, content: bytes, words: str
) -> None:
    began = time.process_time()
    refused = send(browser(anna), content, headers=SCRIPT)
    assert refused.status_code == 422
    assert words in refused.json["title"]
    assert time.process_time() - began < 2
    assert session.scalars(select(Picture)).all() == []
    assert not list(settings.media_folder.glob("*/*"))
    plain = browser(anna)
    sent = send(plain, content, form={"draft_for": "question-0", "title": "Kept", "text": "Still here."})
    page = plain.get(sent.location).text
    assert words in page and "Still here." in page


@pytest.mark.parametrize(
    "content",
    [drawn(size=(300, 300))[:4000], photograph((900, 900))[:3000], bomb(6_000, 6_000)],
    ids=["png", "jpeg", "bomb"],
)
def test_a_picture_that_breaks_off_becomes_a_sentence_for_its_uploader(
    session: Session, browser: Open, anna: User, carry: Any, content: bytes
) -> None:
    client = browser(anna)
    number = uploaded(client, content)
    carry()
    assert picture(session, number).state == FAILED
    told: Any = client.get(f"/media/{number}", headers=SCRIPT).json
    assert told["state"] == FAILED and "could not be read" in told["words"]
    assert "could not be read" in client.get("/media").text
    assert "No picture" in client.get(f"/media/{number}", follow_redirects=True).text


def test_a_picture_is_seen_as_long_as_its_text_is(
    session: Session, browser: Open, cast: dict[str, User], carry: Any
) -> None:
    number = uploaded(browser(cast["anna"]))
    carry()
    path = picture(session, number).path
    seen = {
        who: browser(cast[who] if who != "visitor" else None) for who in ("visitor", "anna", "carla", "mia", "aldo")
    }

    def who_sees() -> set[str]:
        return {who for who, client in seen.items() if client.get(path).status_code == 200}

    assert who_sees() == {"anna"}
    asked = browser(cast["anna"]).send(
        "/questions/ask",
        {"title": "What is this light", "text": f"![the light](/media/{number})", "tags": "", "once": "a" * 32},
    )
    page = browser(None).get(asked.location).text
    assert f'<img src="{path}" alt="the light" loading="lazy" decoding="async" width="40" height="30">' in page
    assert who_sees() == {"visitor", "anna", "carla", "mia", "aldo"}
    lasting = seen["visitor"].get(path).headers
    assert lasting["Cache-Control"] == "private, max-age=31536000, immutable"
    assert seen["visitor"].get(path, headers={"If-None-Match": lasting["ETag"]}).status_code == 304
    question = session.scalars(select(Question)).one()
    asking.hide_question(session, cast["mia"], question, "It names a person.", utc_now())
    session.commit()
    assert who_sees() == {"anna", "mia"}
    asking.restore_question(session, cast["mia"], question, utc_now())
    session.commit()
    browser(cast["anna"]).send(
        f"/questions/{question.id}/edit", {"title": question.title, "text": "Without it.", "tags": "", "version": "1"}
    )
    assert who_sees() == {"anna"}
    browser(cast["anna"]).send(
        f"/questions/{question.id}/edit",
        {"title": question.title, "text": f"![again](/media/{number})", "tags": "", "version": "2"},
    )
    assert who_sees() == {"visitor", "anna", "carla", "mia", "aldo"}


def test_nobody_brings_the_picture_of_somebody_else_into_the_open(
    session: Session, browser: Open, cast: dict[str, User], carry: Any
) -> None:
    number = uploaded(browser(cast["anna"]))
    carry()
    for who in ("carla", "mia", "elena"):
        asked = browser(cast[who]).send(
            "/questions/ask",
            {"title": "What is this light", "text": f"![x](/media/{number})", "tags": "", "once": who.ljust(32, "a")},
        )
        assert f"/media/{number}" not in browser(None).get(asked.location).text
        assert browser(None).get(picture(session, number).path).status_code == 404
    assert session.scalars(select(PictureUse)).all() == []


def test_comments_answers_and_articles_show_their_pictures(
    session: Session, browser: Open, cast: dict[str, User], carry: Any
) -> None:
    anna, bruno, elena = cast["anna"], cast["bruno"], cast["elena"]
    question = make_question(session, anna)
    session.commit()
    first, second = uploaded(browser(bruno)), uploaded(browser(bruno))
    browser(bruno).send(f"/questions/{question.id}/answers", {"text": f"![a](/media/{first})", "once": "a" * 32})
    browser(bruno).send(f"/questions/{question.id}/comments", {"text": f"![a](/media/{second})", "once": "b" * 32})
    carry()
    for number in (first, second):
        assert browser(None).get(picture(session, number).path).status_code == 200
    answer = session.scalars(select(Answer)).one()
    asking.accept_answer(session, anna, answer, utc_now())
    session.commit()
    browser(elena).send(f"/answers/{answer.id}/promotion")
    kinds = set(session.scalars(select(PictureUse.kind).where(PictureUse.picture_id == first)))
    assert kinds == {"answer", "article"}


def test_without_script_the_picture_comes_to_the_end_of_a_draft(session: Session, browser: Open, anna: User) -> None:
    client = browser(anna)
    form = {
        "draft_for": "question-0",
        "draft_version": "0",
        "title": "The light",
        "text": "Look.",
        "picture_alt": "a [red] *light*",
    }
    sent = send(client, drawn(), form=form)
    assert (sent.status_code, sent.location) == (303, "/questions/ask")
    draft = session.scalars(select(Draft)).one()
    number = session.scalars(select(Picture.id)).one()
    assert draft.text == f"Look.\n\n![a \\[red\\] \\*light\\*](/media/{number})"
    assert f"(/media/{number})" in client.get("/questions/ask").text
    preview = client.send("/questions/preview", {"text": draft.text}).json["html"]
    assert 'alt="a [red] *light*"' in preview


def test_what_is_in_no_text_goes_after_a_day_and_its_files_follow(
    session: Session, browser: Open, anna: User, carry: Any, settings: Settings
) -> None:
    client = browser(anna)
    kept, drafted, unused = uploaded(client), uploaded(client), uploaded(client)
    client.send(
        "/questions/ask", {"title": "What is this light", "text": f"![x](/media/{kept})", "tags": "", "once": "a" * 32}
    )
    client.send("/drafts", {"draft_for": "question-0", "title": "x", "text": f"![x](/media/{drafted})"})
    carry()
    files = PictureFiles(settings.media_folder)
    tokens = {number: picture(session, number).token for number in (kept, drafted, unused)}
    later = utc_now() + timedelta(hours=25)
    actions.forget_unused(session, later)
    session.commit()
    assert set(session.scalars(select(Picture.id))) == {kept, drafted}
    forget_old_drafts(session, later + timedelta(days=61))
    actions.forget_unused(session, later)
    assert set(session.scalars(select(Picture.id))) == {kept}
    stray = files.raw("f" * 32)
    stray.write_bytes(b"killed before its row")
    fresh = files.raw("e" * 32)
    fresh.write_bytes(b"being uploaded")
    for path in settings.media_folder.glob("*/*"):
        if path != fresh:
            os.utime(path, (0, 0))
    actions.sweep_files(session, files)
    left = {path.name for path in settings.media_folder.glob("*/*")}
    assert left == {f"{tokens[kept]}.webp", f"{tokens[kept]}-small.webp", fresh.name}


def test_a_text_that_is_erased_takes_its_pictures_from_sight(
    session: Session, browser: Open, anna: User, bruno: User, carry: Any
) -> None:
    number = uploaded(browser(anna))
    asked = {"title": "What is this light", "text": f"![x](/media/{number})", "tags": "", "once": "a" * 32}
    browser(anna).send("/questions/ask", asked)
    make_answer(session, bruno, session.scalars(select(Question)).one())
    session.commit()
    carry()
    path = picture(session, number).path
    assert browser(None).get(path).status_code == 200
    erase_texts(session, anna, utc_now(), only_deleted=False, language="en")
    session.commit()
    assert browser(None).get(path).status_code == 404
    actions.forget_unused(session, utc_now() + timedelta(hours=25))
    assert session.scalars(select(Picture)).all() == []


def test_an_upload_that_was_not_reworked_yet_stays_where_it_is(
    session: Session, browser: Open, anna: User, settings: Settings
) -> None:
    number = uploaded(browser(anna))
    files = PictureFiles(settings.media_folder)
    raw = files.raw(picture(session, number).token)
    os.utime(raw, (0, 0))
    actions.sweep_files(session, files)
    assert raw.exists() and picture(session, number).state == WAITING


def test_a_picture_carried_twice_is_the_same(
    session: Session, browser: Open, anna: User, carry: Any, parts: Any
) -> None:
    from forum.base.outbox import publish
    from forum.media.events import PictureUploaded

    number = uploaded(browser(anna))
    parts.store.write(lambda work: publish(work, PictureUploaded(number)))
    carry()
    row = picture(session, number)
    before = browser(anna).get(row.path).data
    parts.store.write(lambda work: publish(work, PictureUploaded(number)))
    carry()
    assert picture(session, number).state == READY
    assert browser(anna).get(row.path).data == before


def test_only_its_uploader_removes_a_picture_and_only_while_no_text_shows_it(
    session: Session, browser: Open, cast: dict[str, User]
) -> None:
    number = uploaded(browser(cast["anna"]))
    row = picture(session, number)
    for who, person in cast.items():
        assert bool(rules.may_remove_picture(person, row, False)) is (who == "anna")
        assert not rules.may_remove_picture(person, row, True)
        assert rules.may_upload(person)
    assert not rules.may_upload(VISITOR) and not rules.may_remove_picture(VISITOR, row, False)
    assert browser(cast["carla"]).send(f"/media/{number}/remove").status_code == 404
    browser(cast["anna"]).send(
        "/questions/ask",
        {"title": "What is this light", "text": f"![x](/media/{number})", "tags": "", "once": "a" * 32},
    )
    assert browser(cast["anna"]).send(f"/media/{number}/remove").status_code == 403
    other = uploaded(browser(cast["anna"]))
    assert browser(cast["anna"]).send(f"/media/{other}/remove").status_code == 303
    assert session.get(Picture, other) is None or picture(session, number)


def test_so_many_a_day_and_visitors_none(session: Session, browser: Open, anna: User, monkeypatch: Any) -> None:
    monkeypatch.setattr(actions, "UPLOADS", actions.Limit("pictures", 2, timedelta(days=1)))
    client = browser(anna)
    uploaded(client)
    uploaded(client)
    refused = send(client, drawn(), headers=SCRIPT)
    assert refused.status_code == 429 and int(refused.headers["Retry-After"]) > 0
    assert send(browser(None), drawn(), headers=SCRIPT).status_code == 401
    assert "/account/sign-in" in send(browser(None), drawn()).location


def test_only_pictures_may_be_so_large(browser: Open, anna: User) -> None:
    client = browser(anna)
    large = {"text": "x" * 1_500_000, "title": "x"}
    assert client.send("/questions/ask", large).status_code == 413
    assert send(client, b"x" * (MOST_BYTES + 2_000_000), headers=SCRIPT).status_code == 413


def test_the_numbers_of_pictures_are_read_from_addresses_and_texts() -> None:
    assert picture_ids(["/media/7", "/media/7/a.webp", "/media/x", "/media/0", "https://e.test/media/9"]) == [7]
    text = "![a](/media/7) ![](https://here.test/media/8/x.webp) [no](/media/9) ![b](/media/7)"
    assert picture_ids_in(text) == [7, 8]
    began = time.process_time()
    picture_ids_in("![" * 20_000 + "](" * 20_000)
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "path", ["/media/1", "/media/999999999999999999", "/media/1/x.webp", "/media/1/..%2f..%2fsecret"]
)
def test_what_is_not_there_is_not_there(browser: Open, path: str) -> None:
    assert browser(None).get(path).status_code == 404


def test_photographs_as_telephones_make_them_are_quick_enough(tmp_path: Path) -> None:
    files = PictureFiles(tmp_path)
    made = io.BytesIO()
    Image.effect_noise((4000, 3000), 60).convert("RGB").save(made, "JPEG", quality=75)
    files.put_raw("a" * 32, made.getvalue())
    began = time.process_time()
    files.rework("a" * 32)
    print(f"12 million pixels, {len(made.getvalue()) // 1000} kB: {time.process_time() - began:.1f} s")  # noqa: T201
    assert Image.open(files.picture("a" * 32)).size == (1600, 1200)
    assert time.process_time() - began < 40
    assert not re.search(r"\.new$", " ".join(path.name for path in tmp_path.glob("*/*")))


def test_it_is_a_comment_of_the_right_kind(session: Session, anna: User, bruno: User, elena: User, mia: User) -> None:
    """Builders render without looking pictures up: what they make shows none, and ties none."""
    answer = make_answer(session, bruno, make_question(session, anna), text="![x](/media/7)", accepted=True)
    make_comment(session, anna, answer, text="![x](/media/7)")
    make_article(session, elena, answer, reviewer=mia)
    assert session.scalars(select(PictureUse)).all() == []
