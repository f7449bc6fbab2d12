"""What every answer says to the browser about what it may do with it."""

from flask import Flask, Response, session

from config import Settings

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)

FIXED = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

#: One year, as browsers' preload lists want it.
TRANSPORT_SECURITY = "max-age=31536000; includeSubDomains"


def install(app: Flask, settings: Settings) -> None:
    """Put the headers on every answer, errors included."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        said = {name.lower() for name, _ in response.headers}
        response.headers.extend([(name, value) for name, value in FIXED.items() if name.lower() not in said])
        if settings.is_secure:
            response.headers.setdefault("Strict-Transport-Security", TRANSPORT_SECURITY)
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "private, no-store" if is_personal() else "private, no-cache"
        if response.mimetype == "text/html":
            response.vary.update(("Cookie", "Accept-Language"))
        return response


def is_personal() -> bool:
    """Whether the answer may hold what only one person should see."""
    return "_user_id" in session
