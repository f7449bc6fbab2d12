"""Where a dump comes from: the address of its site, which its own texts tell, and the addresses of its posts."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from forum.base.slugs import slugify
from forum.transfer.stackexchange.bench import QUESTION, Bench

_HOST = re.compile(r"(?=.{4,70}$)[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_LINK = re.compile(r"https?://([a-z0-9.-]{4,70})/(?:questions|q|a)/([0-9]{1,18})(?:/([a-z0-9-]+))?", re.IGNORECASE)

#: Links by number alone may mean a site with the same numbers; so many are no accident.
_ENOUGH = 5


@dataclass(frozen=True)
class Site:
    """`source` names the dump in what we remember of it; `host` is empty where nobody could tell."""

    source: str
    host: str

    @property
    def base(self) -> str:
        return f"https://{self.host}" if self.host else ""

    def question(self, number: int) -> str | None:
        return self._address(f"questions/{number}")

    def answer(self, number: int) -> str | None:
        return self._address(f"a/{number}")

    def comment(self, number: int, post: int, question: int) -> str | None:
        return self._address(f"questions/{question}#comment{number}_{post}")

    def user(self, number: int) -> str | None:
        return self._address(f"users/{number}")

    def _address(self, path: str) -> str | None:
        return f"https://{self.host}/{path}" if self.host else None


def is_host(name: str) -> bool:
    return bool(_HOST.fullmatch(name))


def find_site(bench: Bench, given: str, folder_name: str) -> Site:
    """The site as the operator names it, as the folder is called, or as the posts that link to each other call it."""
    host = given or (folder_name.lower() if _is_site_name(folder_name.lower()) else "") or guess_host(bench)
    return Site(host or fingerprint(bench), host)


def fingerprint(bench: Bench) -> str:
    """The same for every dump of a site, however it is called or when it was made: its first question."""
    first, at = next(iter(bench.rows("SELECT id, at FROM posts WHERE type = ? ORDER BY id LIMIT 1", QUESTION)))
    return f"dump-{first}-{re.sub('[^0-9]', '', at[:23])}"


def guess_host(bench: Bench) -> str:
    """The host under whose addresses the dump's own questions are most often linked; empty when there are none."""
    slugs: Counter[str] = Counter()
    numbers: Counter[str] = Counter()
    for host, number, slug in _links(bench):
        title = bench.title(number)
        if title is not None:
            numbers[host] += 1
            if slug and slugify(title).startswith(slug[:20]):
                slugs[host] += 1
    for counted, least in ((slugs, 1), (numbers, _ENOUGH)):
        if counted and counted.most_common(1)[0][1] >= least:
            return counted.most_common(1)[0][0]
    return ""


def _links(bench: Bench) -> Iterator[tuple[str, int, str]]:
    for (text,) in bench.rows(
        "SELECT json_extract(row, '$.body') FROM posts WHERE kept"
        " UNION ALL SELECT json_extract(row, '$.text') FROM comments"
    ):
        for host, number, slug in _LINK.findall(text or ""):
            yield host.lower().removeprefix("www."), int(number), slug.lower()


def _is_site_name(name: str) -> bool:
    return is_host(name) and name.endswith(
        (".stackexchange.com", "stackoverflow.com", "superuser.com", "serverfault.com")
    )
