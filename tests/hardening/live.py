"""`abonent serve` as a process of its own, on a given database, that can be killed and started again where it was."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import httpx

PASSWORD = "the-admins-password-1"


class Live:
    """A running server; `folder` keeps its log."""

    def __init__(self, settings, folder, **environment):
        self.folder = folder
        kept = {name: text for name, text in os.environ.items() if not name.startswith(("ABONENT_", "SECRET_KEY"))}
        self.environment = kept | {
            "DATABASE_URL": settings.database_url,
            "SECRET_KEY": settings.secret_keys[0],
            "ABONENT_ADMIN_PASSWORD": PASSWORD,
            "ABONENT_ARGON2_TIME_COST": "1",
            "ABONENT_ARGON2_MEMORY_KIB": "8",
            **environment,
        }
        self.port = 0
        self.start()

    def start(self):
        """At the port of last time, if there was one."""
        self.log = (self.folder / "log").open("a+")
        command = [sys.executable, "-m", "abonent", "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(
            command, cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, stderr=self.log, text=True
        )
        lines = iter(self.process.stdout.readline, "")
        found = next((match for line in lines if (match := re.search(r"serves at http://localhost:(\d+)", line))), None)
        assert found, self.said()
        self.port = int(found[1])
        self.url = f"http://127.0.0.1:{self.port}"

    def kill(self):
        """As kill -9 does."""
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.log.close()

    def stop(self):
        self.process.terminate()
        self.process.wait(15)
        self.process.stdout.close()
        self.log.close()

    def said(self):
        """All that it has logged."""
        return (self.folder / "log").read_text()

    def check(self):
        """How `abonent check` ended beside it: the status and what it printed."""
        command = [sys.executable, "-m", "abonent", "check"]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False, timeout=60
        )

    def tokens(self):
        answer = httpx.post(f"{self.url}/api/auth/login/", json={"username": "admin", "password": PASSWORD}, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def client(self, **more):
        """Logged in as the admin."""
        headers = {"Authorization": f"Bearer {self.tokens()['access']}", "Accept-Language": "en"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=10, **more)


def post(client, path, **body):
    """What was made."""
    answer = client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def a_contract(client):
    """A new contract's id, with a customer and a tariff of its own."""
    customer = post(
        client, "/api/customers/", first_name="A", last_name="B", phone="+996550123456", document_number="1"
    )
    tariff = post(client, "/api/tariffs/", name="T", monthly_fee="1")
    return post(client, "/api/contracts/", customer=customer["id"], tariff=tariff["id"])["id"]
