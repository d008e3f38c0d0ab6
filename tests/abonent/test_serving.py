"""The server as a process of its own: it starts, says where it is, withstands rude connections, and stops in time."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from abonent.protocol import HEAD_BYTES


class Server:
    """`abonent serve` under test."""

    def __init__(self, folder, *arguments, **more):
        env = {name: text for name, text in os.environ.items() if not name.startswith(("ABONENT_", "SECRET_KEY"))}
        env |= {
            "DATABASE_URL": f"sqlite://{folder}/abonent.sqlite3",
            "ABONENT_ADMIN_PASSWORD": "the-password-1",
            "ABONENT_ARGON2_TIME_COST": "1",
            "ABONENT_ARGON2_MEMORY_KIB": "8",
            **more,
        }
        command = [sys.executable, "-m", "abonent", "serve", "--port", "0", *arguments]
        self.log = (folder / "log").open("w+")
        self.process = subprocess.Popen(
            command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=self.log, text=True
        )
        self.port = self._read_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def _read_port(self):
        lines = iter(self.process.stdout.readline, "")
        found = next((match for line in lines if (match := re.search(r"serves at http://localhost:(\d+)", line))), None)
        assert found, self.said()
        return int(found[1])

    def said(self):
        self.log.flush()
        self.log.seek(0)
        return self.log.read()

    def stop(self):
        """SIGTERM; gives the seconds until it was gone."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(15)
        return time.monotonic() - begun

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.log.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    started = Server(tmp_path_factory.mktemp("server"))
    yield started
    started.close()


def talk(server, *chunks) -> bytes:
    """What comes back on a bare connection until the server closes it, or has answered."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        for chunk in chunks:
            connection.sendall(chunk)
        received = b""
        while b"\r\n\r\n" not in received:
            received += connection.recv(65_536)
        return received


def test_it_serves_on_a_database_that_it_made_itself(server):
    answer = httpx.post(f"{server.url}/api/auth/login/", json={"username": "admin", "password": "the-password-1"})
    assert answer.status_code == 200


def test_a_request_line_with_raw_utf_8_is_understood(server):
    head = "GET /api/customers/?search=Иван HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    assert talk(server, head).startswith(b"HTTP/1.1 401")


def test_a_head_without_end_is_refused(server):
    begun = b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: "
    assert talk(server, begun, b"a" * HEAD_BYTES).startswith(b"HTTP/1.1 431")


def test_connections_are_used_again(server):
    with httpx.Client() as client:
        assert [client.get(f"{server.url}/healthz").status_code for _ in range(3)] == [200, 200, 200]


def test_the_servers_name_is_not_told(server):
    assert "server" not in httpx.get(f"{server.url}/healthz").headers


def test_a_claimed_address_counts_from_no_stranger(server):
    httpx.get(f"{server.url}/healthz", headers={"X-Forwarded-For": "1.2.3.4"})
    assert "1.2.3.4" not in server.said()


LOGIN = json.dumps({"username": "admin", "password": "the-password-1"}).encode()
POST = b"POST /api/auth/login/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
H2C = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n"


def test_curl_http2_logs_in(server):
    assert talk(server, POST % len(LOGIN) + H2C + b"\r\n", LOGIN).startswith(b"HTTP/1.1 200")


@pytest.fixture
def workers(tmp_path):
    """Two of them."""
    started = Server(tmp_path, "--workers", "2")
    yield started
    started.close()


def test_workers_share_the_port_finish_what_runs_and_take_nothing_more_when_they_are_to_stop(workers):
    with httpx.Client(timeout=60) as client:
        assert client.get(f"{workers.url}/readyz").status_code == 200
    with socket.create_connection(("127.0.0.1", workers.port), timeout=10) as running:
        running.sendall(POST % len(LOGIN) + b"\r\n" + LOGIN[:10])
        time.sleep(0.2)
        begun = time.monotonic()
        workers.process.send_signal(signal.SIGTERM)
        assert refused(workers, within=4)
        running.sendall(LOGIN[10:])
        assert running.recv(65_536).startswith(b"HTTP/1.1 200")
        workers.process.wait(15)
    assert time.monotonic() - begun < 10
    assert "Traceback" not in workers.said()


def refused(server, within):
    """Whether connections are refused after a while, rather than left to wait."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", server.port), timeout=1).close()
        except ConnectionRefusedError:
            return True
        time.sleep(0.02)
    return False


SLOW = """
import sys
from abonent.serving import Supervisor, listen
import uvicorn

if __name__ == "__main__":
    listener = listen("127.0.0.1", 0)
    print(listener.getsockname()[1], flush=True)
    config = uvicorn.Config(
        "tests.abonent.slow:app", workers=2, timeout_worker_healthcheck=0, lifespan="on", log_config=None
    )
    Supervisor(config, [listener]).run()
"""


def test_workers_that_start_slowly_are_waited_for(tmp_path):
    """Slower than the supervisor would ever wait for an answer."""
    script = tmp_path / "slow.py"
    script.write_text(SLOW)
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True, env=environment)
    try:
        answer = httpx.get(f"http://127.0.0.1:{int(process.stdout.readline())}/", timeout=90)
        assert answer.text == "here"
        process.terminate()
        process.wait(10)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_streams_are_told_that_the_server_stops_and_do_not_keep_it(tmp_path):
    server = Server(tmp_path, "--workers", "2")
    try:
        with httpx.Client(base_url=server.url, timeout=20) as client:
            login = {"username": "admin", "password": "the-password-1"}
            access = client.post("/api/auth/login/", json=login).json()["access"]
            headers = {"Authorization": f"Bearer {access}", "Accept": "text/event-stream", "Accept-Language": "en"}
            with client.stream("GET", "/api/events/", headers=headers) as stream:
                lines = stream.iter_lines()
                assert next(lines) == ":"
                assert server.stop() < 5
                said = list(lines)
        assert "event: end" in said
        assert "service_unavailable" in said[said.index("event: end") + 1]
    finally:
        server.close()
