"""Passwords cost what they should, and those that are guessed first are refused."""

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher, extract_parameters

from forum.accounts import guesses, passwords
from forum.base.errors import TooMany

OWN = ("Anna Rossi", "anna.rossi@example.it", "Sportello")

GUESSED = """password123 Password123! P@ssw0rd123 qwertyuiop 1234567890 sportello2024 Juventus1897! juventus1897
passwordpassword aaaaaaaaaaaaaaa abcabcabcabc 1q2w3e4r5t 1qaz2wsx3edc iloveyou123 ilovemarco99 marcorossi80 0612345678
qwerty12345 asdfghjkl1 francesca1985 amoremio1234 forzanapoli1 letmein12345 administrator1 qwertyuiopasdfghjkl
elizabeth1 basketball1 liverpool1 zaq12wsxcde3 !QAZ2wsx#EDC sunshine2020 abc123abc123 123qweasdzxc q1w2e3r4t5y6
changeme123! Benvenuto2024! anna@example.it annarossi123 issoranna1 drowssapdrowssap""".split()  # noqa: SIM905

GOOD = [
    "correct horse and battery",
    "vorrei un caffè lungo",
    "tR7#kdPq92x",
    "mulino-quieto-trave",
    "il treno parte alle nove",
    "xk2v9qpl0m",
    "pianta grassa sul balcone",
    "guarda che nebbia",
    "coltello da formaggio",
    "gatto lampada finestra",
    "🦊🌳🚲📚🍋🥁🪁🎈🧩🎻",
    "ひらがなとカタカナと漢字",
]


@pytest.fixture
def real_hasher(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        passwords,
        "_hasher",
        PasswordHasher(time_cost=passwords.PASSES, memory_cost=passwords.MEMORY_KIB, parallelism=passwords.LANES),
    )


def test_a_hash_is_made_as_decided(real_hasher: None) -> None:
    made = extract_parameters(passwords.hash_password("mulino quieto trave"))
    assert (made.type.name, made.memory_cost, made.time_cost, made.parallelism) == ("ID", 19 * 1024, 2, 1)


@pytest.mark.parametrize("password", GUESSED)
def test_what_is_guessed_first_is_refused(password: str) -> None:
    assert guesses.is_guessed_first(passwords.normalise(password), OWN)


@pytest.mark.parametrize("password", GOOD)
def test_a_good_password_is_taken(password: str) -> None:
    assert passwords.why_weak(password, is_staff=False, own_words=OWN) is None


def test_ones_own_name_is_only_weak_for_oneself() -> None:
    assert guesses.is_guessed_first("zoltanfekete77", ("Zoltan Fekete",))
    assert not guesses.is_guessed_first("zoltanfekete77", OWN)


@pytest.mark.parametrize(
    "length, customers, staff", [(9, False, False), (10, True, False), (14, True, False), (15, True, True)]
)
def test_staff_need_more_characters(length: int, customers: bool, staff: bool) -> None:
    password = "xk2v9qpl0mzt7wb"[:length]
    assert (passwords.why_weak(password, is_staff=False) is None) is customers
    assert (passwords.why_weak(password, is_staff=True) is None) is staff


def test_long_ones_are_refused_and_never_cut() -> None:
    fits = "è" * 510 + "ab"
    assert passwords.why_weak("xk2v9 " + "qpl0m zt7wb " * 80, is_staff=True) is None
    assert passwords.why_unreadable("x" * 1024) is None
    assert passwords.why_unreadable("x" * 1025) is not None
    kept = passwords.hash_password(fits)
    assert passwords.is_right(kept, fits)
    assert not passwords.is_right(kept, fits[:-1])


def test_blanks_count_and_every_keyboard_writes_the_same() -> None:
    kept = passwords.hash_password(" caffè lungo ")
    assert passwords.is_right(kept, " caffe\u0300 lungo ")
    assert not passwords.is_right(kept, "caffè lungo")
    assert passwords.is_right(passwords.hash_password("ﬁbra ottica"), "fibra ottica")


@pytest.mark.parametrize("password", ["\ud800 broken one", "with\0nul inside"])
def test_broken_characters_are_refused_and_right_for_nobody(password: str) -> None:
    assert passwords.why_weak(password, is_staff=False) is not None
    assert not passwords.is_right(passwords.hash_password("mulino quieto trave"), password)


def test_without_a_hash_it_takes_as_long(real_hasher: None) -> None:
    kept = passwords.hash_password("mulino quieto trave")
    passwords.is_right(None, "wrong password")

    def cost(password_hash: str | None) -> float:
        times = []
        for _ in range(9):
            begun = time.thread_time()
            assert not passwords.is_right(password_hash, "wrong password")
            times.append(time.thread_time() - begun)
        return min(times)

    assert 0.5 < cost(None) / cost(kept) < 2


def test_only_a_few_are_hashed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    going, most, lock, may_end = 0, 0, threading.Lock(), threading.Event()

    class Slow:
        def hash(self, _password: str) -> str:
            nonlocal going, most
            with lock:
                going += 1
                most = max(most, going)
            may_end.wait(10)
            with lock:
                going -= 1
            return "made"

    monkeypatch.setattr(passwords, "_hasher", Slow())
    monkeypatch.setattr(passwords, "SLOT_PATIENCE", timedelta(seconds=0.2))
    ended: list[Any] = []

    def try_it() -> None:
        try:
            ended.append(passwords.hash_password("x"))
        except TooMany as refused:
            ended.append(refused)

    threads = [threading.Thread(target=try_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    while len(ended) < 4 and any(thread.is_alive() for thread in threads):
        threads[-1].join(0.05)
    may_end.set()
    for thread in threads:
        thread.join(10)
    assert most == passwords.SLOTS
    assert sum(isinstance(each, TooMany) for each in ended) == 6 - passwords.SLOTS
    assert ended.count("made") == passwords.SLOTS


def test_judging_a_hostile_password_is_quick() -> None:
    begun = time.process_time()
    for hostile in ("a1b2c3d4" * 128, "password" * 128, "abc" * 341, "1" * 1024, "qwertyuiop" * 6, "zxcvbnm,." * 7):
        guesses.is_guessed_first(hostile, OWN)
    assert time.process_time() - begun < 1
