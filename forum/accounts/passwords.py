"""Passwords: hashed slowly, a few at a time, and refused when they are known to be guessed first."""

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from forum.accounts import guesses
from forum.base.errors import TooMany
from forum.base.words import Sentence, say, say_many

#: Ten characters that are in no list cost more tries than our limits allow in years; staff see other
#: people's data and have, until a second factor comes, nothing else (NIST SP 800-63B-4).
CUSTOMER_LENGTH = 10
STAFF_LENGTH = 15

#: Far above any passphrase; what is longer is refused, never cut.
MOST_BYTES = 1024

#: OWASP's smaller argon2id setting: 19 MiB a hash keeps a burst of sign-ins within the memory of a small machine.
MEMORY_KIB = 19 * 1024
PASSES = 2
LANES = 1

#: Hashes worked on at the same time in one process, so at most 40 MB and two cores.
SLOTS = 2
SLOT_PATIENCE = timedelta(seconds=4)
SLOT_RETRY = timedelta(seconds=5)

_hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
_slots = threading.BoundedSemaphore(SLOTS)
_dummies: dict[tuple[int, int, int], str] = {}


def normalise(password: str) -> str:
    """The same keys give the same password on every device; blanks belong to it."""
    return unicodedata.normalize("NFKC", password)


def hash_password(password: str) -> str:
    """What is kept of a password. Slow on purpose: never call it inside a transaction."""
    with _slot():
        return _hasher.hash(normalise(password))


def is_right(password_hash: str | None, password: str) -> bool:
    """Whether the password belongs to the hash; without a hash it takes as long and is never right."""
    with _slot():
        try:
            _hasher.verify(password_hash or _dummy(), normalise(password))
        except (VerificationError, InvalidHashError, UnicodeEncodeError):
            return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with weaker settings than today's."""
    return _hasher.check_needs_rehash(password_hash)


def why_unreadable(password: str) -> Sentence | None:
    """Why this cannot be a password of anybody, or None."""
    if any("\ud800" <= character <= "\udfff" for character in password) or "\0" in password:
        return say("This password holds broken characters. Please type it again.")
    if len(password.encode()) > MOST_BYTES or len(normalise(password).encode()) > MOST_BYTES:
        return say("This password is too long. At most %(most)d bytes fit.", most=MOST_BYTES)
    return None


def why_weak(password: str, *, is_staff: bool, own_words: tuple[str, ...] = ()) -> Sentence | None:
    """Why this password must not be chosen, or None; `own_words` are what others know of the person and the site."""
    unreadable = why_unreadable(password)
    if unreadable is not None:
        return unreadable
    least = least_length(is_staff)
    if len(normalise(password)) < least:
        return say_many(
            "A password has at least %(num)d character. Several words are easy to remember.",
            "A password has at least %(num)d characters. Several words are easy to remember.",
            least,
        )
    if guesses.is_guessed_first(normalise(password), own_words):
        return say("This password is among the first that are guessed. Take several words that do not belong together.")
    return None


def least_length(is_staff: bool) -> int:
    """How long a password must be for this kind of person."""
    return STAFF_LENGTH if is_staff else CUSTOMER_LENGTH


def is_long_enough(password: str, *, is_staff: bool) -> bool:
    """Whether a password that was chosen earlier still suits who the person is now."""
    return len(normalise(password)) >= least_length(is_staff)


@contextmanager
def _slot() -> Iterator[None]:
    """Wait for a turn; raise TooMany rather than let a crowd fill the memory."""
    if not _slots.acquire(timeout=SLOT_PATIENCE.total_seconds()):
        raise TooMany(say("Many people are signing in right now. Please try again in a few seconds."), SLOT_RETRY)
    try:
        yield
    finally:
        _slots.release()


def _dummy() -> str:
    """A hash that no password has, made with the present settings so that checking it takes as long."""
    key = (_hasher.time_cost, _hasher.memory_cost, _hasher.parallelism)
    if key not in _dummies:
        _dummies[key] = _hasher.hash("nobody's password")
    return _dummies[key]
