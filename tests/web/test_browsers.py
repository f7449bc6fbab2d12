"""A browser is called by its name, however many others it claims to be."""

import pytest

from forum.web.browsers import browser_name

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    "description, name",
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox, Windows"),
        (f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Chrome/156.0.0.0 Safari/537.36", "Chrome, Linux"),
        (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/156.0.0.0 Safari/537.36 Edg/156.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) SamsungBrowser/27.0 Chrome/130 Mobile", "Samsung Internet, Android"),
        ("curl/8.5.0", "curl"),
        ("a script of ours", "a script of ours"),
        ("", ""),
    ],
)
def test_a_browser_has_a_name(description: str, name: str) -> None:
    assert browser_name(description) == name
