"""Colours for code: a fixed list of languages, each read when first needed, within an allowance of time."""

import time
from functools import lru_cache
from importlib import import_module
from typing import Any

from markupsafe import Markup, escape

#: A block longer than this stays plain: it is a log, and nobody reads it by its colours.
BLOCK_LENGTH = 8_000

#: Several lexers look ahead to the end of the block from each place: 8,000 characters chosen for it cost
#: three seconds. They hand out their words one at a time: the clock of this thread stops them between two.
SECONDS = 0.15
#: Twice what 8,000 characters of real code need; each span costs the sanitizer 0.1 ms.
SPANS = 2_000

#: Plain words, blanks and punctuation carry no colour: half the tags, half the cost of cleaning them.
_PLAIN = frozenset({"", "n", "p", "w", "nn", "nx", "err"})

_LANGUAGES = {
    "bash": ("shell", "BashLexer"),
    "c": ("c_cpp", "CLexer"),
    "cpp": ("c_cpp", "CppLexer"),
    "csharp": ("dotnet", "CSharpLexer"),
    "css": ("css", "CssLexer"),
    "diff": ("diff", "DiffLexer"),
    "go": ("go", "GoLexer"),
    "html": ("html", "HtmlLexer"),
    "ini": ("configs", "IniLexer"),
    "java": ("jvm", "JavaLexer"),
    "javascript": ("javascript", "JavascriptLexer"),
    "json": ("data", "JsonLexer"),
    "kotlin": ("jvm", "KotlinLexer"),
    "php": ("php", "PhpLexer"),
    "powershell": ("shell", "PowerShellLexer"),
    "python": ("python", "PythonLexer"),
    "ruby": ("ruby", "RubyLexer"),
    "rust": ("rust", "RustLexer"),
    "sql": ("sql", "SqlLexer"),
    "swift": ("objective", "SwiftLexer"),
    "toml": ("configs", "TOMLLexer"),
    "typescript": ("javascript", "TypeScriptLexer"),
    "xml": ("html", "XmlLexer"),
    "yaml": ("data", "YamlLexer"),
    "dockerfile": ("configs", "DockerLexer"),
}
_ALIASES = {
    "c#": "csharp", "c++": "cpp", "cs": "csharp", "docker": "dockerfile", "golang": "go", "js": "javascript",
    "patch": "diff", "ps1": "powershell", "py": "python", "python3": "python", "rb": "ruby", "rs": "rust",
    "sh": "bash", "shell": "bash", "ts": "typescript", "yml": "yaml", "zsh": "bash",
}  # fmt: skip
LANGUAGES = frozenset(_LANGUAGES) | frozenset(_ALIASES)


@lru_cache(maxsize=len(_LANGUAGES))
def _lexer(language: str) -> Any:
    module, name = _LANGUAGES[language]
    return getattr(import_module(f"pygments.lexers.{module}"), name)(stripnl=False, ensurenl=False)


class Painter:
    """Colours the blocks of one text until its allowance is spent; what comes after stays plain."""

    def __init__(self) -> None:
        self.seconds = SECONDS
        self.spans = SPANS

    def paint(self, code: str, language: str) -> Markup:
        """Mark the words of `code` with `hl-*` classes; plain, escaped, if unknown, too long or too dear."""
        language = _ALIASES.get(language, language)
        if language not in _LANGUAGES or len(code) > BLOCK_LENGTH or self.seconds <= 0:
            return escape(code)
        lexer = _lexer(language)
        begun = time.thread_time()
        parts = self._parts(lexer, code, begun + self.seconds)
        self.seconds -= time.thread_time() - begun
        if parts is None:
            return escape(code)
        self.spans -= sum(1 for name, _ in parts if name)
        return Markup("").join(_span(name, value) for name, value in parts)

    def _parts(self, lexer: Any, code: str, deadline: float) -> list[tuple[str, str]] | None:
        parts: list[tuple[str, str]] = []
        spans = 0
        for kind, value in lexer.get_tokens(code):
            name = _class_of(kind) if value.strip() else ""
            if parts and parts[-1][0] == name:
                parts[-1] = (name, parts[-1][1] + value)
            else:
                parts.append((name, value))
                spans += bool(name)
            if spans > self.spans or time.thread_time() > deadline:
                return None
        return parts


def _span(name: str, value: str) -> Markup:
    return Markup('<span class="hl-{}">{}</span>').format(name, value) if name else escape(value)


def _class_of(kind: Any) -> str:
    from pygments.token import STANDARD_TYPES

    while kind not in STANDARD_TYPES:
        kind = kind.parent
    name = str(STANDARD_TYPES[kind])
    return "" if name in _PLAIN else name
