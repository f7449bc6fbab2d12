"""A plain browser without pictures: cookies, forms with their tokens, and no redirect followed unseen."""

import http.client
import re
import urllib.parse
from dataclasses import dataclass, field
from typing import Any

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Answered:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def location(self) -> str:
        return self.headers.get("location", "")


@dataclass
class Client:
    """One person's connection to the server."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""
    patience: float = 30.0

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answered:
        """One request on a connection of its own; raises OSError or HTTPException where no answer came."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.patience)
        try:
            own = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
            connection.request(method, path, body, {**own, **(headers or {})})
            answer = connection.getresponse()
            content = answer.read()
            for line in answer.headers.get_all("Set-Cookie") or []:
                name, _, value = line.partition(";")[0].partition("=")
                self.cookies[name] = value
            return Answered(answer.status, {key.lower(): value for key, value in answer.headers.items()}, content)
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answered:
        return self.send("GET", path, headers=headers)

    def post(self, path: str, **fields: Any) -> Answered:
        """A form as a page would send it."""
        body = urllib.parse.urlencode({"csrf_token": self.token, **fields}, doseq=True).encode()
        return self.send("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def take_token(self, path: str = "/account/settings") -> None:
        """Keep the token of a page with a form."""
        found = TOKEN.search(self.get(path).text)
        assert found is not None, f"{path} has no form"
        self.token = found[1]

    def sign_in(self, name: str, password: str) -> "Client":
        self.take_token("/account/sign-in")
        answer = self.post("/account/sign-in", email=f"{name.lower()}@example.it", password=password)
        assert answer.status == 303, answer.text
        self.take_token()
        return self
