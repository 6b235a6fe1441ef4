"""The example for nginx, run by a real nginx in front of a wiki: at a host's root, under a path."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.conftest import IN_CI
from tests.fixtures.certificate import certificate
from tests.fixtures.ports import free_port
from tests.fixtures.serving import served
from wiki.app import create_app
from wiki.engine import Wiki

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or ""
EXAMPLE = Path(__file__).parents[1] / "deploy" / "nginx.conf"
HOST = "denktank.example.org"
AROUND = """
daemon off; pid {folder}/pid; error_log stderr; worker_processes 1; {user}
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
    uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
    include {folder}/site.conf;
}}
"""


@dataclass
class Proxy:
    """A proxy that runs: where it answers without and with TLS."""

    plain: int
    secure: int

    def get(self, path: str, *, secure: bool = True) -> tuple[int, http.client.HTTPMessage, str]:
        """Ask for a path as the host of the example; gives status, headers, body."""
        context = ssl._create_unverified_context()
        connection = (
            http.client.HTTPSConnection("127.0.0.1", self.secure, timeout=60, context=context)
            if secure
            else http.client.HTTPConnection("127.0.0.1", self.plain, timeout=60)
        )
        connection.request("GET", path, headers={"Host": HOST})
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, answer.headers, body


@contextmanager
def proxy(folder: Path, upstream: str, location: str, *, strips: bool = False) -> Iterator[Proxy]:
    """The example as it is, but for ports, certificate, location and where the wiki is."""
    folder.mkdir()
    plain, secure = free_port(), free_port()
    text = EXAMPLE.read_text()
    for pattern, text_for_it in (
        (r"listen \[::\]:\d+[^;]*;", ""),
        (r"listen 80;", f"listen 127.0.0.1:{plain};"),
        (r"listen 443 ssl;", f"listen 127.0.0.1:{secure} ssl;"),
        (r"(ssl_certificate(?:_key)?\s+)\S+/(\w+\.pem);", rf"\1{folder}/\2;"),
        (r"location / ", f"location {location} "),
        (r"http://127\.0\.0\.1:8000", upstream + ("/" if strips else "")),
    ):
        text, number = re.subn(pattern, text_for_it, text)
        assert number, pattern
    certificate(folder / "fullchain.pem", folder / "privkey.pem", HOST)
    (folder / "site.conf").write_text(text)
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder, user=user))
    with (folder / "log").open("wb") as log:
        asked = [NGINX, "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")]
        running = subprocess.Popen(asked, stderr=log)
    try:
        _wait(running, secure, folder / "log")
        yield Proxy(plain, secure)
    finally:
        running.terminate()
        running.wait(10)


def _wait(running: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _ in range(600):
        assert running.poll() is None, log.read_text()
        try:
            socket.create_connection(("127.0.0.1", port), 5).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("nginx does not answer")


@pytest.mark.skipif(not NGINX and not IN_CI, reason="nginx is not installed")
@pytest.mark.parametrize(
    ("path", "location", "strips"),
    [("", "/", False), ("/denktank", "/denktank", False), ("/wiki", "/wiki/", True)],
)
def test_the_example_leads_to_a_wiki(
    wiki: Wiki, tmp_path: Path, path: str, location: str, strips: bool
) -> None:
    base = f"https://{HOST}{path}"
    wiki.settings = replace(wiki.settings, base_url=base, trusted_proxies="127.0.0.1")
    with (
        served(create_app(wiki.settings, wiki)) as upstream,
        proxy(tmp_path / "nginx", upstream, location, strips=strips) as site,
    ):
        status, headers, _ = site.get("/x", secure=False)
        assert (status, headers["Location"]) == (301, f"https://{HOST}/x")
        status, headers, body = site.get(f"{path}/login")
        assert status == 200
        assert f'action="{path}/login"' in body
        assert headers["Strict-Transport-Security"]
        cookie = headers["Set-Cookie"]
        assert cookie.startswith("__Secure-" if path else "__Host-")
        assert f"Path={path or '/'};" in cookie + ";"
        status, headers, _ = site.get(f"{path}/account")
        assert (status, headers["Location"]) == (303, f"{path}/login?next=%2Faccount")
        assert f"Sitemap: {base}/sitemap.xml" in site.get(f"{path}/robots.txt")[2]
        assert site.get(f"{path}/readyz")[0] in (200, 503)
