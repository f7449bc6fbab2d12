"""What the frame around every page needs to know, and the few addresses that templates make themselves."""

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote

from forum.base.slugs import slugify
from forum.base.words import Sentence


class Named(Protocol):
    """Somebody with a profile."""

    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...


@dataclass(frozen=True)
class NavItem:
    """One entry of the main navigation; `group` is "main" or "staff", `icon` a name in icons.svg."""

    label: Sentence
    url: str
    icon: str
    is_current: bool = False
    group: str = "main"
    count: int | None = None


@dataclass(frozen=True)
class Site:
    """The face of this counter: `languages` are (code, own name); an own logo and colours are optional."""

    name: str
    languages: tuple[tuple[str, str], ...]
    logo: str | None = None
    brand_css: str | None = None


@dataclass(frozen=True)
class Links:
    """Addresses the frame links to on every page; `root` is not empty when we live below another site."""

    root: str = ""

    @property
    def home(self) -> str:
        return f"{self.root}/"

    @property
    def ask(self) -> str:
        return f"{self.root}/questions/ask"

    @property
    def search(self) -> str:
        return f"{self.root}/search"

    @property
    def knowledge(self) -> str:
        return f"{self.root}/kb"

    @property
    def help(self) -> str:
        return f"{self.root}/help"

    @property
    def sign_in(self) -> str:
        return f"{self.root}/account/sign-in"

    @property
    def sign_up(self) -> str:
        return f"{self.root}/account/sign-up"

    @property
    def sign_out(self) -> str:
        return f"{self.root}/account/sign-out"

    @property
    def settings(self) -> str:
        return f"{self.root}/account/settings"

    @property
    def preferences(self) -> str:
        return f"{self.root}/account/preferences"

    @property
    def drafts(self) -> str:
        return f"{self.root}/drafts"

    def tag_url(self, name: str) -> str:
        return f"{self.root}/tags/{quote(name, safe='')}"

    def person_url(self, person: Named) -> str:
        return f"{self.root}/people/{person.id}/{slugify(person.name)}"
