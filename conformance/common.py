"""What both checks share: the settings, the control calls, counting, and a webhook receiver."""

import http.server
import json
import os
import queue
import sys
import threading
import traceback
import urllib.parse

import requests

URL = os.environ["SANDBOX_URL"].rstrip("/")
SHOP = os.environ["SANDBOX_SHOP"]
KEY = os.environ["SANDBOX_KEY"]
WEBHOOK = os.environ.get("SANDBOX_WEBHOOK")
RETURN_URL = "http://localhost:3000/back"
TIMEOUT = 10


def order(**changes):
    """The body of a request to create a payment."""
    body = {
        "amount": {"value": "500.00", "currency": "RUB"},
        "capture": True,
        "confirmation": {"type": "redirect", "return_url": RETURN_URL},
        "description": "Проверка",
        "metadata": {"payment_id": "7"},
    }
    body.update(changes)
    return body


def control(path, body=None):
    """A call of the control API."""
    answer = requests.post(f"{URL}/control/{path}", json=body or {}, timeout=TIMEOUT)
    answer.raise_for_status()
    return answer.json()


class Checks:
    """Runs named checks and counts them."""

    def __init__(self, name):
        self.name = name
        self.passed = 0
        self.failed = 0

    def run(self, title, check):
        try:
            check()
        except Exception:  # Whatever went wrong, the other checks still tell something.
            self.failed += 1
            print(f"{self.name}: FAILED {title}")
            traceback.print_exc(file=sys.stdout)
        else:
            self.passed += 1
            print(f"{self.name}: ok {title}")

    def close(self):
        """Prints the closing line and ends the program."""
        print(f"{self.name}: {self.passed} passed, {self.failed} failed")
        sys.exit(1 if self.failed or not self.passed else 0)


class Receiver:
    """Takes down webhooks at the address that the sandbox was started with."""

    def __init__(self, address):
        parts = urllib.parse.urlsplit(address)
        self.bodies = bodies = queue.Queue()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                length = int(self.headers.get("Content-Length", 0))
                bodies.put(json.loads(self.rfile.read(length)))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer((parts.hostname, parts.port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def about(self, payment_id):
        """The next webhook about a payment."""
        while True:
            body = self.bodies.get(timeout=TIMEOUT)
            if body["object"].get("id") == payment_id:
                return body

    def close(self):
        self.server.shutdown()
        self.server.server_close()
