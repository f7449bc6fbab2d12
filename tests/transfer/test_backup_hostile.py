"""Files that are not, or no longer, a backup of ours: each is refused in one sentence, and nothing has changed."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forum.transfer.backup.restoring import CannotRestore, restore
from tests.builders import NOON
from tests.transfer.keeping import Make, ask, digests, quiet


def rewrite(source: Path, target: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The same archive with other contents."""
    with zipfile.ZipFile(source) as old:
        members = {name: old.read(name) for name in old.namelist()}
    change(members)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in members.items():
            new.writestr(name, content)
    return target


def told(members: dict[str, bytes], change: Callable[[dict[str, Any]], None]) -> None:
    manifest = json.loads(members["manifest.json"])
    change(manifest)
    members["manifest.json"] = json.dumps(manifest).encode()


def _outside(members: dict[str, bytes]) -> None:
    members["files/../../outside"] = b"x"
    told(members, lambda m: m["files"].append({"path": "../../outside", "bytes": 1, "sha256": "0" * 64}))


def _elsewhere(members: dict[str, bytes]) -> None:
    members["files/sportello.sqlite"] = b"x"
    told(members, lambda m: m["files"].append({"path": "sportello.sqlite", "bytes": 1, "sha256": "0" * 64}))


def _bomb(members: dict[str, bytes]) -> None:
    members["tables/tags.jsonl"] = b" " * 90_000_000


def _other_row(members: dict[str, bytes]) -> None:
    members["tables/users.jsonl"] = members["tables/users.jsonl"].replace(b"anna", b"emma")


def _other_table(members: dict[str, bytes]) -> None:
    members["tables/evil.jsonl"] = b""
    empty = {"name": "evil", "columns": [["id", "whole"]], "rows": 0, "bytes": 0, "sha256": "0" * 64, "last_id": None}
    told(members, lambda m: m["tables"].append(empty))


def _wrong_type(members: dict[str, bytes]) -> None:
    content = members["tables/tags.jsonl"].replace(b'"fibra"', b'["fibra"]')
    assert content != members["tables/tags.jsonl"]
    members["tables/tags.jsonl"] = content

    def change(manifest: dict[str, Any]) -> None:
        for table in manifest["tables"]:
            if table["name"] == "tags":
                table.update(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())

    told(members, change)


def _dangling(members: dict[str, bytes]) -> None:
    def change(manifest: dict[str, Any]) -> None:
        for table in manifest["tables"]:
            if table["name"] == "users":
                table.update(bytes=0, rows=0, sha256="e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")

    members["tables/users.jsonl"] = b""
    told(members, change)


HOSTILE: dict[str, tuple[Callable[[dict[str, bytes]], None], str]] = {
    "outside": (_outside, "no backup of ours"),
    "elsewhere": (_elsewhere, "no backup of ours"),
    "bomb": (_bomb, "far more"),
    "other row": (_other_row, "checksum|parts are not"),
    "other table": (_other_table, "not those of revision"),
    "wrong type": (_wrong_type, "no row"),
    "dangling": (_dangling, "damaged"),
    "no manifest": (lambda members: members.pop("manifest.json") and None, "no manifest"),
    "no table": (lambda members: members.pop("tables/tags.jsonl") and None, "parts are not"),
    "of tomorrow": (lambda members: told(members, lambda m: m.update(revision="9999")), "newer"),
    "of nobody": (lambda members: told(members, lambda m: m.update(revision="0000")), "does not know"),
    "other format": (lambda members: told(members, lambda m: m.update(format="x")), "not a backup"),
    "list for manifest": (lambda members: members.update({"manifest.json": b"[]"}), "cannot be understood"),
    "deep manifest": (lambda members: members.update({"manifest.json": b"[" * 200_000}), "cannot be understood"),
}


def test_what_is_no_backup_changes_nothing(saved: Path, make: Make, tmp_path: Path) -> None:
    target = make("target")
    before, files = digests(target), {path.name for path in target.data.iterdir()} | {"lock"}
    for name, (change, sentence) in HOSTILE.items():
        hostile = rewrite(saved, tmp_path / "hostile.zip", change)
        with pytest.raises(CannotRestore, match=sentence) as refused:
            restore(target, hostile, NOON, quiet)
        assert "\n" not in str(refused.value), name
        assert {path.name for path in target.data.iterdir()} <= files, name
        assert not (tmp_path / "outside").exists()
    assert digests(target) == before
    restore(target, rewrite(saved, tmp_path / "honest.zip", lambda members: None), NOON, quiet)
    assert ask(target, "SELECT count(*) FROM users") == 2


def test_a_part_of_a_file_is_refused(saved: Path, make: Make, tmp_path: Path) -> None:
    target, whole = make("target"), saved.read_bytes()
    for share in (0.0, 0.3, 0.9, 0.999):
        (tmp_path / "part.zip").write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(CannotRestore, match="not a backup"):
            restore(target, tmp_path / "part.zip", NOON, quiet)
    with pytest.raises(CannotRestore, match="cannot be read"):
        restore(target, tmp_path / "nowhere.zip", NOON, quiet)


def test_a_flipped_bit_is_noticed(saved: Path, make: Make, tmp_path: Path) -> None:
    target = make("target")
    whole = bytearray(saved.read_bytes())
    with zipfile.ZipFile(saved) as names:
        place = names.getinfo("tables/users.jsonl").header_offset + 120
    whole[place] ^= 0x10
    (tmp_path / "flipped.zip").write_bytes(whole)
    with pytest.raises(CannotRestore, match="damaged"):
        restore(target, tmp_path / "flipped.zip", NOON, quiet)
    assert ask(target, "SELECT count(*) FROM users") == 0
