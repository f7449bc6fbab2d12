"""Environment -> one frozen Settings object; the only reader of os.environ."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

PREFIX = "SPORTELLO_"

#: Shorter keys can be guessed faster than they can be changed.
SECRET_KEY_MINIMUM = 32

KNOWN_LANGUAGES = ("it", "en")


class WrongSetting(ValueError):
    """One sentence that names the setting and says what would be right."""


@dataclass(frozen=True)
class Settings:
    """Everything that differs from one installation to the next."""

    data: Path = Path("instance")
    database_url: str = ""
    search: str = "whoosh"
    base_url: str = "http://127.0.0.1:5000"
    secret_key: str = field(default="", repr=False)
    host: str = "127.0.0.1"
    port: int = 5000
    workers: int = 2
    threads: int = 1
    trusted_proxies: int = 0
    #: Names under which a community was known that moved in here; requests to them are led on.
    old_hosts: tuple[str, ...] = ()
    languages: tuple[str, ...] = KNOWN_LANGUAGES
    timezone: str = "Europe/Rome"
    #: Where a phone number without a country code is dialled.
    phone_region: str = "IT"
    mail_out: str = "file:"
    mail_from: str = "Sportello <sportello@localhost>"
    log_level: str = "INFO"
    log_format: str = "text"
    site_name: str = "Sportello"

    @property
    def is_secure(self) -> bool:
        """Whether people reach this site by https, so that cookies may demand it."""
        return self.base_url.startswith("https://")

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def index_folder(self) -> Path:
        return self.data / "index"

    @property
    def mail_folder(self) -> Path | None:
        """Where mails are written as files, or None when they really leave or are dropped."""
        if not self.mail_out.startswith("file:"):
            return None
        return Path(self.mail_out.removeprefix("file:") or self.data / "mail")

    @property
    def media_folder(self) -> Path:
        return self.data / "media"


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; raise WrongSetting for the first one that cannot be right."""
    values = _Reader(os.environ if environ is None else environ)
    data = Path(values.text("DATA", "instance")).absolute()
    database_url = values.text("DATABASE_URL", f"sqlite:///{data / 'sportello.sqlite'}")
    if not database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise WrongSetting(f"{PREFIX}DATABASE_URL must begin with sqlite:/// or postgresql+psycopg://.")
    embedded = database_url.startswith("sqlite")
    host = values.text("HOST", "127.0.0.1")
    port = values.number("PORT", 5000, 1, 65535)
    return Settings(
        data=data,
        database_url=database_url,
        search=values.choice("SEARCH", "whoosh" if embedded else "postgresql", _searches(embedded)),
        base_url=values.url("BASE_URL", f"http://{_reachable(host)}:{port}"),
        secret_key=values.secret("SECRET_KEY"),
        host=host,
        port=port,
        workers=values.number("WORKERS", 2, 1, 64),
        threads=values.number("THREADS", 1, 1, 64),
        trusted_proxies=values.number("TRUSTED_PROXIES", 0, 0, 10),
        old_hosts=values.hosts("OLD_HOSTS"),
        languages=values.languages("LANGUAGES", KNOWN_LANGUAGES),
        timezone=values.timezone("TIMEZONE", "Europe/Rome"),
        phone_region=values.region("PHONE_REGION", "IT"),
        mail_out=values.mail_out("MAIL_OUT", "file:"),
        mail_from=values.text("MAIL_FROM", "Sportello <sportello@localhost>"),
        log_level=values.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
        log_format=values.choice("LOG_FORMAT", "text", ("text", "json")),
        site_name=values.text("SITE_NAME", "Sportello"),
    )


def with_secret(settings: Settings) -> Settings:
    """Fill in the secret key from the data folder, made there on the first start."""
    if settings.secret_key:
        return settings
    path = settings.data / "secret"
    if not path.exists():
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_once(path, secrets.token_urlsafe(48))
    key = path.read_text(encoding="ascii").strip()
    if len(key) < SECRET_KEY_MINIMUM:
        raise WrongSetting(f"The secret in {path} is too short; delete the file to have a new one made.")
    return Settings(**{**settings.__dict__, "secret_key": key})


def _write_once(path: Path, text: str) -> None:
    """Two processes may start at once: the first to link the file wins, the other reads it."""
    own = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(own, path)
    except FileExistsError:
        pass
    finally:
        own.unlink()


def _searches(embedded: bool) -> tuple[str, ...]:
    return ("whoosh",) if embedded else ("whoosh", "postgresql")


def _reachable(host: str) -> str:
    return "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104


class _Reader:
    """Takes one setting after the other out of the environment, and complains by name."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ

    def text(self, name: str, default: str) -> str:
        return self.environ.get(PREFIX + name, "").strip() or default

    def number(self, name: str, default: int, least: int, most: int) -> int:
        given = self.text(name, str(default))
        if not (given.isascii() and given.isdigit() and least <= int(given) <= most):
            raise WrongSetting(f"{PREFIX}{name} must be a whole number from {least} to {most}.")
        return int(given)

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        given = self.text(name, default)
        if given not in allowed:
            raise WrongSetting(f"{PREFIX}{name} must be one of: {', '.join(allowed)}.")
        return given

    def url(self, name: str, default: str) -> str:
        given = self.text(name, default).rstrip("/")
        parts = urlsplit(given)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path:
            raise WrongSetting(
                f"{PREFIX}{name} must be the address people type, such as https://help.example.it, without a path."
            )
        return given

    def secret(self, name: str) -> str:
        given = self.text(name, "")
        if given and (len(given) < SECRET_KEY_MINIMUM or len(set(given)) < 8):
            raise WrongSetting(f"{PREFIX}{name} must be at least {SECRET_KEY_MINIMUM} random characters.")
        return given

    def hosts(self, name: str) -> tuple[str, ...]:
        given = tuple(part.strip().lower() for part in self.text(name, "").split(",") if part.strip())
        for host in given:
            if urlsplit(f"//{host}").hostname != host or "." not in host:
                raise WrongSetting(f"{PREFIX}{name} must name hosts, separated by commas, such as help.example.it.")
        return given

    def languages(self, name: str, default: tuple[str, ...]) -> tuple[str, ...]:
        given = tuple(part.strip() for part in self.text(name, ",".join(default)).split(",") if part.strip())
        if not given or len(set(given)) != len(given) or set(given) - set(KNOWN_LANGUAGES):
            raise WrongSetting(f"{PREFIX}{name} must name languages out of: {', '.join(KNOWN_LANGUAGES)}.")
        return given

    def timezone(self, name: str, default: str) -> str:
        given = self.text(name, default)
        try:
            ZoneInfo(given)
        except (ZoneInfoNotFoundError, ValueError) as unknown:
            raise WrongSetting(f"{PREFIX}{name} must be a time zone such as Europe/Rome.") from unknown
        return given

    def region(self, name: str, default: str) -> str:
        given = self.text(name, default)
        # Every start would wait for the tables of all countries, which only another one than ours needs.
        if given != default and given not in import_module("phonenumbers").SUPPORTED_REGIONS:
            raise WrongSetting(f"{PREFIX}{name} must be the two capital letters of a country, such as IT.")
        return given

    def mail_out(self, name: str, default: str) -> str:
        given = self.text(name, default)
        if given == "none" or given.startswith("file:"):
            return given
        parts = urlsplit(given)
        if parts.scheme in ("smtp", "smtps", "smtp+starttls") and parts.hostname:
            return given
        raise WrongSetting(
            f"{PREFIX}{name} must be none, file:FOLDER or an address such as "
            "smtp+starttls://user:secret@mail.example.it:587."
        )
