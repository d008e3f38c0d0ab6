"""The nginx site with a real nginx in front of a real server: at the root of a host, and under a prefix."""

from __future__ import annotations

import re
import shutil
import socket
import ssl
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.abonent.test_serving import Server

SITE = Path(__file__).parent.parent.parent / "deploy" / "nginx-site.conf"
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/usr/local/sbin:/usr/local/bin")
PASSWORD = "the-password-1"

MISSING = NGINX is None or shutil.which("openssl") is None

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(MISSING, reason="nginx or openssl is missing (apt-get install nginx-light openssl)"),
]

AROUND = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{}}
http {{
    access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@dataclass
class Site:
    """Abonent behind nginx."""

    client: httpx.Client
    url: str
    """As clients know it, with the prefix."""
    prefix: str
    plain_port: int
    server: Server

    def bearer(self):
        answer = self.client.post(f"{self.url}/api/auth/login/", json={"username": "admin", "password": PASSWORD})
        return {"Authorization": f"Bearer {answer.json()['access']}"}


def configured(folder: Path, prefix: str, ports: tuple[int, int, int]) -> Path:
    """The site as it is kept in the repository, with ports and certificates of the test's own."""
    plain, secure, behind = ports
    text = SITE.read_text(encoding="utf-8")
    text = re.sub(r"\n *listen \[::\]:.*", "", text)
    for kept, own in (
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ", f"listen 127.0.0.1:{secure} "),
        ("server 127.0.0.1:8000;", f"server 127.0.0.1:{behind};"),
        ("/etc/ssl/abonent", str(folder)),
        ("location ~ ^/", f"location ~ ^{prefix}/"),
        ("location /", f"location {prefix}/"),
    ):
        assert kept in text
        text = text.replace(kept, own)
    (folder / "site.conf").write_text(text, encoding="utf-8")
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder), encoding="utf-8")
    names = "-subj /CN=abonent.example -addext subjectAltName=DNS:localhost"
    make = f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 {names}"
    keys = ["-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    subprocess.run([*make.split(), *keys], check=True, capture_output=True)
    return folder / "nginx.conf"


@pytest.fixture(scope="module", params=["", "/crm"], ids=["at the root", "under a prefix"])
def site(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("nginx")
    own = {"ABONENT_TRUSTED_PROXIES": "127.0.0.1", "ABONENT_ROOT_PATH": request.param, "ABONENT_METRICS": "on"}
    server = Server(tmp_path_factory.mktemp("server"), **own)
    plain, secure = free_port(), free_port()
    configuration = configured(folder, request.param, (plain, secure, server.port))
    subprocess.run([NGINX, "-t", "-q", "-c", configuration, "-p", folder], check=True)
    nginx = subprocess.Popen([NGINX, "-c", configuration, "-p", folder])
    trusted = ssl.create_default_context(cafile=str(folder / "fullchain.pem"))
    try:
        with httpx.Client(verify=trusted) as client:
            url = f"https://localhost:{secure}{request.param}"
            wait_for(client, f"{url}/healthz")
            yield Site(client, url, request.param, plain, server)
    finally:
        nginx.terminate()
        nginx.wait(10)
        server.close()


def wait_for(client, url):
    deadline = time.monotonic() + 10
    while True:
        try:
            if client.get(url).status_code == 200:
                return
        except httpx.TransportError:
            assert time.monotonic() < deadline, "nginx does not answer"
        time.sleep(0.05)


def test_both_doors_answer(site):
    headers = site.bearer()
    assert site.client.get(f"{site.url}/api/customers/", headers=headers).json()["count"] == 0
    asked = site.client.post(f"{site.url}/graphql", json={"query": "{ me { username } }"}, headers=headers)
    assert asked.json() == {"data": {"me": {"username": "admin"}}}


def test_the_next_page_has_scheme_port_and_prefix_and_can_be_followed(site):
    headers = site.bearer()
    for number in range(3):
        body = {"name": f"Тариф {number}", "monthly_fee": "1.00"}
        site.client.post(f"{site.url}/api/tariffs/", json=body, headers=headers)
    first = site.client.get(f"{site.url}/api/tariffs/?page_size=2", headers=headers).json()
    assert first["next"] == f"{site.url}/api/tariffs/?page_size=2&page=2"
    second = site.client.get(first["next"], headers=headers).json()
    assert len(second["results"]) >= 1
    assert second["previous"].startswith(f"{site.url}/api/tariffs/?")


@pytest.mark.parametrize("path", ["/", "/graphql", "/api/docs/"])
def test_pages_find_everything_that_they_load_or_lead_to(site, path):
    page = site.client.get(site.url + path, headers={"Accept": "text/html"})
    assert page.status_code == 200
    addresses = re.findall(r'(?:src|href|data-openapi)="([^"]+)"', page.text)
    assert addresses
    for address in addresses:
        assert address.startswith(f"{site.prefix}/")
        found = site.client.get(httpx.URL(site.url).join(address), headers={"Accept": "text/html,*/*"})
        assert found.status_code == 200, address


def test_metrics_are_read_past_the_proxy_only(site):
    assert site.client.get(f"{site.url}/metrics").status_code == 404
    assert httpx.get(f"{site.server.url}/metrics").status_code == 200


def test_without_tls_one_is_sent_on(site):
    answer = httpx.get(f"http://127.0.0.1:{site.plain_port}{site.prefix}/api/", headers={"Host": "abonent.example"})
    assert (answer.status_code, answer.headers["location"]) == (301, f"https://abonent.example{site.prefix}/api/")


def test_a_long_answer_is_compressed_and_a_large_body_refused(site):
    described = site.client.get(f"{site.url}/api/schema/", headers={"Accept-Encoding": "gzip"})
    assert described.headers["content-encoding"] == "gzip"
    assert described.json()["servers"] == [{"url": site.prefix or "/"}]
    assert site.client.post(f"{site.url}/graphql", content=b"x" * 1_100_000).status_code == 413


def test_a_file_that_is_brought_in_may_be_larger_than_other_bodies(site):
    answer = site.client.post(f"{site.url}/api/files/", files={"file": ("people.csv", b"x" * 3_000_000)})
    assert answer.status_code == 401
