"""Call a browser by its name, as whoever owns it would; what it says of itself is kept beside it."""

#: What stands in the description of a browser, and its name: nearly all claim to be others too, so the order counts.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Vivaldi", "Vivaldi"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser_name(description: str) -> str:
    """“Firefox, Windows”; for one that nobody knows what it says of itself, and nothing for nothing."""
    browser = next((name for mark, name in BROWSERS if mark in description), "")
    system = next((name for mark, name in SYSTEMS if mark in description), "")
    return f"{browser}, {system}" if browser and system else browser or description
