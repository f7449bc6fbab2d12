"""The files of the embedded index: other processes, damage, sudden death, many threads."""

import os
import random
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from search_index import whoosh_index
from search_index.contract import IndexBusy, IndexDamaged, Query
from search_index.generations import DAMAGE, POINTER, Generations
from search_index.grammar import parse
from search_index.whoosh_index import WhooshIndex
from tests.search_index.conftest import change, fill, make_document

ROOT = Path(__file__).parents[2]


def run_python(code: str, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", code, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def index(folder: Path) -> WhooshIndex:
    made = WhooshIndex(folder)
    fill(made, *(make_document(f"question:{n}", f"router {n}", "la luce rossa " * 20) for n in range(50)))
    return made


READER = """
import sys
from search_index.grammar import parse
from search_index.whoosh_index import WhooshIndex
index = WhooshIndex(sys.argv[1])
for line in sys.stdin:
    print(len(index.search(parse(line)).keys), index.count(), index.upto(), flush=True)
"""


def test_another_process_sees_commits_and_new_generations_at_once(index: WhooshIndex, folder: Path) -> None:
    with run_python(READER, str(folder)) as reader:
        assert reader.stdin is not None and reader.stdout is not None

        def ask(words: str) -> list[int]:
            print(words, file=reader.stdin, flush=True)
            assert reader.stdout is not None
            return [int(number) for number in reader.stdout.readline().split()]

        assert ask("router") == [10, 50, 1]
        change(index, make_document("question:99", "centralino"), drop=("question:1",), upto=5)
        assert ask("centralino") == [1, 50, 5]
        fill(index, make_document("question:1", "citofono"), upto=9)
        assert ask("router") == [0, 1, 9]
        assert ask("citofono") == [1, 1, 9]
        reader.stdin.close()


def test_old_generations_and_what_a_killed_rebuild_left_are_removed(index: WhooshIndex, folder: Path) -> None:
    (folder / "generation-77").mkdir()
    fill(index, make_document())
    left = [path.name for path in folder.glob("generation-*")]
    assert left == [(folder / POINTER).read_text()]


def test_only_the_owner_may_read_or_write_the_folder(index: WhooshIndex, folder: Path) -> None:
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o700 for path in folder.glob("generation-*"))


def test_a_second_writer_waits_and_then_says_busy(index: WhooshIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whoosh_index, "PATIENCE", 0.2)
    other = WhooshIndex(index._generations.folder)
    with index.open_batch():
        with pytest.raises(IndexBusy), other.open_batch():
            pass
        with pytest.raises(IndexBusy), other.open_rebuild():
            pass
        assert other.search(parse("router")).total == 50
    change(other, drop=("question:1",))
    assert index.count() == 49


def test_small_commits_do_not_pile_up_segments(index: WhooshIndex) -> None:
    for n in range(40):
        change(
            index,
            make_document(f"question:{n % 7 + 200}", f"centralino {n}"),
            drop=(f"question:{n}",),
            upto=n,
        )
    assert index.count() == 17
    shelf = index._shelf()
    assert shelf is not None
    assert shelf.segments <= 6
    assert index.search(parse("centralino")).total == 7


def test_everything_removed_leaves_an_empty_index_that_works(index: WhooshIndex) -> None:
    change(index, drop=tuple(index.keys()))
    assert index.count() == 0 and index.keys() == set()
    assert index.search(parse("router")).keys == []
    change(index, make_document("question:1", "router"))
    assert index.search(parse("router")).keys == ["question:1"]


def _truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _empty(path: Path) -> None:
    os.truncate(path, 0)


def _garble(path: Path) -> None:
    content = bytearray(path.read_bytes())
    source = random.Random(1)
    content[:] = bytes(source.randrange(256) for _ in content)
    path.write_bytes(content)


@pytest.mark.parametrize("harm", [Path.unlink, _truncate, _empty, _garble])
@pytest.mark.parametrize("which", ["*.seg", "*.toc"])
def test_a_damaged_file_is_noticed_and_a_rebuild_heals(
    index: WhooshIndex, folder: Path, harm: Callable[[Path], None], which: str
) -> None:
    index.close()
    for path in folder.glob(f"generation-*/{which}"):
        harm(path)
    reader = WhooshIndex(folder)
    hits = reader.search(parse("router luce"))
    assert (hits.keys, hits.is_reliable) == ([], False)
    assert reader.similar("router luce").is_reliable is False
    assert reader.suggest("ruoter") is None and reader.keys() == set() and reader.count() == 0
    assert WhooshIndex(folder).needs_rebuild() == "damaged"
    with pytest.raises(IndexDamaged), reader.open_batch():
        pass
    fill(index, make_document("question:1", "router"))
    assert reader.needs_rebuild() is None
    assert reader.search(parse("router")).keys == ["question:1"]


def test_damage_found_by_one_reader_is_known_to_all(index: WhooshIndex, folder: Path) -> None:
    index.close()
    segment = next(folder.glob("generation-*/*.seg"))
    content = segment.read_bytes()
    segment.write_bytes(content[:200] + b"\xff" * (len(content) - 600) + content[-400:])
    WhooshIndex(folder).search(parse("router luce"))
    assert list(folder.glob(f"generation-*/{DAMAGE}"))
    assert WhooshIndex(folder).needs_rebuild() == "damaged"


@pytest.mark.parametrize("content", ["", "generation-999", "../../etc", "generation-x", "\udcff"])
def test_a_pointer_to_nowhere_means_missing(index: WhooshIndex, folder: Path, content: str) -> None:
    (folder / POINTER).write_bytes(content.encode("utf-8", "surrogateescape"))
    assert index.needs_rebuild() == "missing"
    assert index.search(parse("router")).keys == []


def test_a_folder_that_vanishes_is_missing_and_can_be_made_again(index: WhooshIndex, folder: Path) -> None:
    assert index.search(parse("router")).total == 50
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    assert index.search(parse("router")).keys == []
    assert index.needs_rebuild() == "missing"
    fill(index, make_document("question:1", "router"))
    assert index.search(parse("router")).keys == ["question:1"]


def test_an_index_made_by_another_version_is_rebuilt(index: WhooshIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whoosh_index, "WHOOSH_STAMP", "analysis 999")
    assert index.needs_rebuild() == "made by another version"
    assert index.search(parse("router")).total == 50
    with pytest.raises(IndexDamaged), index.open_batch():
        pass


def test_an_index_in_an_older_form_is_not_opened_and_a_rebuild_heals(index: WhooshIndex, folder: Path) -> None:
    stamp = next(folder.glob(f"generation-*/{whoosh_index.STAMP_FILE}"))
    for content in ("analysis 1, weighing 2, schema 2", None):
        stamp.write_text(content) if content else stamp.unlink()
        reader = WhooshIndex(folder)
        assert reader.needs_rebuild() == "made by another version"
        assert not reader.search(parse("router")).is_reliable
        with pytest.raises(IndexDamaged), reader.open_batch():
            pass
    assert not list(folder.glob(f"generation-*/{DAMAGE}"))
    fill(index, make_document("question:1", "router"))
    assert reader.needs_rebuild() is None
    assert reader.search(parse("router")).keys == ["question:1"]


def test_threads_share_one_state_and_commits_keep_what_they_need_not_read_again(index: WhooshIndex) -> None:
    fill(index, *(make_document(f"question:{n}", f"router {n}") for n in range(90)))
    seen = [index._shelf()]
    thread = threading.Thread(target=lambda: seen.append(index._shelf()))
    thread.start()
    thread.join()
    assert seen[0] is not None and seen[0] is seen[1]
    change(index, make_document("question:500", "centralino"), drop=("question:3",))
    after = index._shelf()
    assert after is not None and after is not seen[0]
    assert after._leaves[0].segment is seen[0]._leaves[0].segment
    assert index.search(parse("router")).total == 89


def test_a_mistake_of_ours_is_not_taken_for_damage(index: WhooshIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("search_index.ranking.find", fail)
    assert not index.search(Query("router")).is_reliable
    monkeypatch.undo()
    assert index.needs_rebuild() is None
    assert index.search(Query("router")).total == 50


WRITER = """
import sys
from search_index.document import Document, Part, Role
from search_index.whoosh_index import WhooshIndex
index = WhooshIndex(sys.argv[1])
n = index.upto()
while True:
    n += 1
    with index.open_batch() as batch:
        for k in range(20):
            text = f"stato{n} luce rossa"
            batch.put(Document(f"question:{k}", "question", text, (Part(Role.BODY, text),)))
        batch.commit(n)
    print(n, flush=True)
"""


@pytest.mark.slow
def test_killed_while_committing_keeps_whole_batches_and_all_acknowledged(folder: Path) -> None:
    index = WhooshIndex(folder)
    fill(index, upto=0)
    source = random.Random(7)
    for _ in range(5):
        with run_python(WRITER, str(folder)) as writer:
            assert writer.stdout is not None
            acknowledged = int(writer.stdout.readline())
            for _ in range(source.randrange(4)):
                acknowledged = int(writer.stdout.readline())
            time.sleep(source.random() * 0.1)
            writer.send_signal(signal.SIGKILL)
            acknowledged = max([acknowledged, *(int(line) for line in writer.stdout if line.endswith("\n"))])
        reader = WhooshIndex(folder)
        assert reader.needs_rebuild() is None
        upto = reader.upto()
        assert upto >= acknowledged
        assert reader.count() == 20
        assert reader.search(Query(f"stato{upto}", limit=100)).total == 20
        reader.close()
    assert len(list(folder.glob("generation-*/*.seg"))) < 30


def test_killed_while_rebuilding_keeps_the_old_index(index: WhooshIndex, folder: Path) -> None:
    code = (
        WRITER.replace("open_batch", "open_rebuild")
        .replace("range(20)", "range(100_000)")
        .replace("batch.put(", "k == 50 and print('busy', flush=True); batch.put(")
    )
    with run_python(code, str(folder)) as writer:
        assert writer.stdout is not None and writer.stdout.readline() == "busy\n"
        assert index.search(parse("router")).total == 50
        writer.send_signal(signal.SIGKILL)
    assert index.needs_rebuild() is None
    change(index, make_document("question:77", "centralino"))
    assert index.count() == 51
    assert index.search(parse("centralino")).keys == ["question:77"]


@pytest.mark.slow
def test_eight_threads_never_find_what_was_dropped_before_they_asked(folder: Path) -> None:
    index = WhooshIndex(folder)
    keys = [f"question:{n}" for n in range(60)]
    fill(index, *(make_document(key, f"router numero {key}", "la luce rossa") for key in keys))
    dropped: set[str] = set()
    wrong: list[str] = []
    searches = [0] * 8
    done = threading.Event()

    def read(place: int) -> None:
        mine = WhooshIndex(folder) if place % 2 else index
        while not done.is_set():
            gone = frozenset(dropped)
            hits = mine.search(Query("router luce rossa", limit=100))
            if not hits.is_reliable:
                wrong.append("unreliable")
            wrong.extend(gone.intersection(hits.keys))
            if len(hits.keys) != len(set(hits.keys)):
                wrong.append("twice")
            searches[place] += 1
        mine.close()

    threads = [threading.Thread(target=read, args=(place,)) for place in range(8)]
    for thread in threads:
        thread.start()
    source = random.Random(3)
    until = time.monotonic() + 6
    turn = 1
    while len(dropped) < 55 and (turn <= 10 or time.monotonic() < until):
        turn += 1
        gone = source.choice([key for key in keys if key not in dropped])
        kept = source.choice([key for key in keys if key not in dropped and key != gone])
        change(index, make_document(kept, f"router numero {turn}", "la luce rossa"), drop=(gone,), upto=turn)
        dropped.add(gone)
        if turn % 9 == 0:
            left = [key for key in keys if key not in dropped]
            fill(index, *(make_document(key, "router numero", "la luce rossa") for key in left), upto=turn)
    patience = time.monotonic() + 60
    while min(searches) <= 3 and time.monotonic() < patience:
        done.wait(0.05)
    done.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert min(searches) > 3 and turn > 10
    assert index.keys() == set(keys) - dropped


def test_generations_are_numbered_on(tmp_path: Path) -> None:
    generations = Generations(tmp_path / "index")
    with generations.writing(1):
        first = generations.begin()
        generations.switch(first)
        second = generations.begin()
    assert (first.name, second.name) == ("generation-1", "generation-2")
    assert generations.current() == first
