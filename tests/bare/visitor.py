"""Somebody with a browser: waits for a wiki, reads its front page, and becomes its administrator.

Runs in the bare root with Python alone: `python3 visitor.py ADDRESS [--trust FILE] [--link LINK]
[--login]`. It ends with 1, and says why, if anything is not as it must be.
"""

from __future__ import annotations

import argparse
import http.cookiejar
import re
import ssl
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

NAME, PASSWORD = "first-one", "four plain words together"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Visitor:
    """A browser without a window: it keeps cookies and follows where it is sent."""

    def __init__(self, trust: str | None) -> None:
        context = ssl.create_default_context(cafile=trust)
        self._open = urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=context),
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()),
        ).open

    def ask(self, address: str, fields: dict[str, str] | None = None) -> tuple[str, str]:
        """Give where one ends up and what is there; an answer that is an error is raised."""
        data = urllib.parse.urlencode(fields).encode() if fields else None
        made = urllib.request.Request(address, data, {"Referer": address})
        with self._open(made, timeout=20) as answer:
            return answer.url, answer.read().decode()

    def send(self, address: str, **fields: str) -> tuple[str, str]:
        """Fill in the form at an address and send it there."""
        token = _TOKEN.search(self.ask(address)[1])
        assert token, f"no form at {address}"
        return self.ask(address, {**fields, "csrf_token": token[1]})


def wait(visitor: Visitor, address: str, seconds: float) -> str:
    """Give the front page once there is one."""
    end = time.monotonic() + seconds
    while True:
        try:
            return visitor.ask(address)[1]
        except OSError as error:
            if time.monotonic() > end:
                raise
            print(f"not yet: {error}", file=sys.stderr)
            time.sleep(0.2)


def main() -> None:
    """Visit."""
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("--trust")
    parser.add_argument("--link")
    parser.add_argument("--login", action="store_true")
    parser.add_argument("--seconds", type=float, default=60)
    told = parser.parse_args()
    base = told.address.rstrip("/")
    visitor = Visitor(told.trust)
    assert "<h1" in wait(visitor, base + "/", told.seconds), "the front page has no heading"
    visitor.ask(base + "/healthz")
    print(f"{base}/ and /healthz answer")
    if told.trust:
        ended = visitor.ask(base.replace("https:", "http:") + "/")[0]
        assert ended.startswith("https:"), f"http: ends at {ended}"
        print("http: leads to https:")
    if told.link:
        assert told.link.startswith(base), f"the link goes elsewhere: {told.link}"
        ended = visitor.send(told.link, username=NAME, email="a@example.org", password=PASSWORD)[0]
        assert ended == base + "/admin", f"after the setup one is at {ended}"
        print("the one-time link made the administrator")
    if told.login:
        other = Visitor(told.trust)
        other.send(base + "/login", username=NAME, password=PASSWORD)
        ended = other.ask(base + "/admin")[0]
        assert ended == base + "/admin", f"after the login one is at {ended}"
        print("the administrator logs in and administrates")


if __name__ == "__main__":
    try:
        main()
    except (AssertionError, OSError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
