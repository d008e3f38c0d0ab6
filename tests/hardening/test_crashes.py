"""kill -9, a stop and clients that vanish lose nothing, post nothing twice, and leave a server that serves."""

from __future__ import annotations

import socket
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.hardening.live import a_contract

CLIENTS, DEPOSITS = 8, 15
PATIENCE = 30
"""Seconds for which a client retries one deposit."""


def deposit(client, contract, key):
    """One deposit, retried with its key until it is acknowledged; gives how many attempts it took."""
    until = time.monotonic() + PATIENCE
    attempts = 0
    while time.monotonic() < until:
        attempts += 1
        try:
            answer = client.post(
                f"/api/contracts/{contract}/add_balance/", json={"amount": "1"}, headers={"Idempotency-Key": key}
            )
        except httpx.TransportError:
            time.sleep(0.05)
            continue
        if answer.status_code == 200:
            return attempts
        assert answer.status_code == 503, answer.text
    raise AssertionError(f"{key} was never acknowledged")


def test_kill_9_in_mid_load_loses_no_acknowledged_deposit_and_posts_none_twice(live):
    with live.client() as client:
        contract = a_contract(client)
        acknowledged = []

        def work(number):
            for key in (f"key-{number}-{turn}" for turn in range(DEPOSITS)):
                attempts = deposit(client, contract, key)
                acknowledged.append(attempts)

        with ThreadPoolExecutor(CLIENTS) as pool:
            jobs = [pool.submit(work, number) for number in range(CLIENTS)]
            for mark in (20, 60):
                while len(acknowledged) < mark and not all(job.done() for job in jobs):
                    time.sleep(0.005)
                live.kill()
                live.start()
            for job in jobs:
                job.result()
        assert max(acknowledged) > 1, "no client was interrupted"
        assert client.get(f"/api/contracts/{contract}/").json()["balance"] == f"{CLIENTS * DEPOSITS}.00"
        assert client.get(f"/api/contracts/{contract}/ledger/").json()["count"] == CLIENTS * DEPOSITS
    checked = live.check()
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_check_beside_work_finds_all_well(live):
    with live.client() as client:
        contract = a_contract(client)
        over = threading.Event()

        def work():
            turn = 0
            while not over.is_set():
                turn += 1
                deposit(client, contract, f"key-{turn}")

        with ThreadPoolExecutor(2) as pool:
            job = pool.submit(work)
            try:
                checked = live.check()
            finally:
                over.set()
            job.result()
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_clients_that_vanish_in_mid_request_leak_nothing(live):
    with live.client() as client:
        contract = a_contract(client)
        body = b'{"amount": "1"}'
        head = (
            f"POST /api/contracts/{contract}/add_balance/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            f"Authorization: {client.headers['Authorization']}\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode()
        for number in range(120):
            with socket.create_connection(("127.0.0.1", live.port)) as connection:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # closes by a reset
                connection.sendall(head + body[: number % 3 * 7 + 1])
        answers = [client.get("/api/contracts/") for _ in range(40)]
        assert {answer.status_code for answer in answers} == {200}
        assert client.get("/readyz").status_code == 200
        balance = client.get(f"/api/contracts/{contract}/").json()["balance"]
        assert balance == f"{client.get(f'/api/contracts/{contract}/ledger/').json()['count']}.00"
    assert "Traceback" not in live.said()
    assert live.check().returncode == 0


def test_a_new_key_logs_nobody_out_until_the_old_one_is_taken_away(live):
    tokens = live.tokens()
    old = live.environment["SECRET_KEY"]

    def status():
        headers = {"Authorization": f"Bearer {tokens['access']}"}
        return httpx.get(f"{live.url}/api/users/me/", headers=headers, timeout=10).status_code

    live.stop()
    live.environment |= {"SECRET_KEY": "a-new-secret-of-more-than-32-bytes-000", "SECRET_KEY_OLD": old}
    live.start()
    assert status() == 200
    renewed = httpx.post(f"{live.url}/api/auth/refresh/", json={"refresh": tokens["refresh"]}, timeout=10)
    assert renewed.status_code == 200
    live.stop()
    del live.environment["SECRET_KEY_OLD"]
    live.start()
    assert status() == 401
    tokens = renewed.json()
    assert status() == 200
