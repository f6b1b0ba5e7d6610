"""Measures whether answers show, by their time or anything else, if an address has an account or a token was ever valid.

usage: python3 .ci/enumeration.py SERVICE_URL [--samples N] [FLOW...]

For each flow, requests of two arms are sent in random order on one connection. The flow fails if any part of an answer
differs between the arms, if the times of one arm tend to be longer (AUC, the probability that a random answer of one arm
takes longer than one of the other), or if the medians differ.
"""

import argparse
import gc
import json
import random
import secrets
import socket
import statistics
import sys
import time
import urllib.parse

from registration import PASSWORD, free_facilities, register

# The same number of addresses in both arms, all of one length, so that caches treat the arms alike.
ADDRESSES = 20
MAX_AUC = 0.55
MAX_DIFFERENCE_MS = 0.3
WARM_UP = 100
# Access tokens are valid for ten minutes.
LOGIN_AGE_SECONDS = 300
# Headers that differ between any two answers. The rest of a budget falls with every request.
INDIVIDUAL = {"date", "x-request-id", "ratelimit"}


class Connection:
    """One keep-alive connection. A library would add its own time to each request."""

    def __init__(self, url: str):
        parts = urllib.parse.urlsplit(url)
        self.host = parts.netloc
        self.socket = socket.create_connection((parts.hostname, parts.port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def request(self, method: str, path: str, form: dict | None = None, token: str | None = None) -> bytes:
        body = b"" if form is None else json.dumps(form, ensure_ascii=False).encode()
        head = [f"{method} {path} HTTP/1.1", f"Host: {self.host}", f"Content-Length: {len(body)}"]
        if form is not None:
            head.append("Content-Type: application/json")
        if token is not None:
            head.append(f"Authorization: Bearer {token}")
        return "\r\n".join([*head, "", ""]).encode() + body

    def send(self, request: bytes) -> tuple[int, bytes]:
        """The nanoseconds until the whole answer has arrived, and the answer."""
        started = time.perf_counter_ns()
        self.socket.sendall(request)
        answer = self.socket.recv(65536)
        while not is_complete(answer):
            more = self.socket.recv(65536)
            if not more:
                sys.exit("the service closed the connection")
            answer += more
        return time.perf_counter_ns() - started, answer

    def call(self, method: str, path: str, form: dict | None = None, token: str | None = None) -> dict:
        _, answer = self.send(self.request(method, path, form, token))
        status, _, body = parsed(answer)
        if status >= 300:
            sys.exit(f"{method} {path}: {status} {body}")
        return body if isinstance(body, dict) else {}


def is_complete(answer: bytes) -> bool:
    head, separator, body = answer.partition(b"\r\n\r\n")
    if not separator:
        return False
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return len(body) >= int(line.split(b":")[1])
    return True


def parsed(answer: bytes) -> tuple[int, tuple, dict | str]:
    """The status, the headers, and the body of an answer."""
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = sorted(tuple(line.split(": ", 1)) for line in lines)
    try:
        content = json.loads(body)
    except ValueError:
        content = body.decode()
    return int(first.split()[1]), tuple(headers), content


def visible(answer: bytes) -> str:
    """Everything in an answer that a caller can compare with another answer."""
    status, headers, body = parsed(answer)
    if isinstance(body, dict):
        body.pop("request_id", None)
    kept = [header for header in headers if header[0].lower() not in INDIVIDUAL]
    names = [header[0] for header in headers]
    return json.dumps([status, kept, names, body], ensure_ascii=False, sort_keys=True)


class Fixture:
    """Accounts, and tokens of ended sessions."""

    def __init__(self, url: str):
        self.connection = Connection(url)
        self.free = free_facilities(self.connection.call)
        self.known = [f"known-{number:02}@clinic.example" for number in range(ADDRESSES)]
        self.unknown = [f"other-{number:02}@clinic.example" for number in range(ADDRESSES)]
        for address in self.known:
            register(self.connection.call, address, self.free.pop())
        self.caller = "caller@clinic.example"
        register(self.connection.call, self.caller, self.free.pop())
        self.access_token, self.logged_in_at = "", 0.0
        self.ended = [self.ended_session() for _ in range(ADDRESSES)]

    def log_in(self) -> dict:
        return self.connection.call("POST", "/v1/sessions", {"email": self.caller, "password": PASSWORD})

    def ended_session(self) -> str:
        session = self.log_in()
        self.connection.call("DELETE", "/v1/sessions/current", token=session["access_token"])
        return session["refresh_token"]

    def token(self) -> str:
        """An access token of the caller."""
        if time.monotonic() - self.logged_in_at > LOGIN_AGE_SECONDS:
            self.access_token, self.logged_in_at = self.log_in()["access_token"], time.monotonic()
        return self.access_token


# Each flow returns the request to be measured, for arm 0 (known, taken, ended) or arm 1 (unknown, free, never valid). It
# may send other requests first.


def address(fixture: Fixture, arm: int) -> str:
    return random.choice((fixture.known, fixture.unknown)[arm])


def registration(fixture: Fixture, arm: int) -> bytes:
    return fixture.connection.request("POST", "/v1/registrations", {"email": address(fixture, arm)})


def reset(fixture: Fixture, arm: int) -> bytes:
    return fixture.connection.request("POST", "/v1/password-resets", {"email": address(fixture, arm)})


def login(fixture: Fixture, arm: int) -> bytes:
    form = {"email": address(fixture, arm), "password": "雪の朝に隣の犬と川岸まで歩いた"}
    return fixture.connection.request("POST", "/v1/sessions", form)


def change(fixture: Fixture, arm: int) -> bytes:
    form = {"email": address(fixture, arm), "password": PASSWORD}
    return fixture.connection.request("POST", "/v1/account/email-changes", form, fixture.token())


def refresh(fixture: Fixture, arm: int) -> bytes:
    token = random.choice(fixture.ended) if arm == 0 else secrets.token_urlsafe(32)
    return fixture.connection.request("POST", "/v1/sessions/refresh", {"refresh_token": token})


def readiness(fixture: Fixture, arm: int) -> bytes:
    fixture.connection.send(reset(fixture, arm))
    return fixture.connection.request("GET", "/readyz")


def next_write(fixture: Fixture, arm: int) -> bytes:
    """A write right after a request for a reset: the load of the job must not show in it either."""
    fixture.connection.send(reset(fixture, arm))
    return fixture.connection.request("POST", "/v1/registrations", {"email": "another@clinic.example"})


FLOWS = {
    "registration": registration,
    "login": login,
    "reset": reset,
    "change": change,
    "refresh": refresh,
    "readiness": readiness,
    "next-write": next_write,
}


def auc(first: list[int], second: list[int]) -> float:
    """The probability that a time of `first` is longer than one of `second` (Mann–Whitney), or shorter, if that is more."""
    ranked = sorted([(value, 0) for value in first] + [(value, 1) for value in second])
    ranks, index = 0.0, 0
    while index < len(ranked):
        end = index
        while end < len(ranked) and ranked[end][0] == ranked[index][0]:
            end += 1
        ties = sum(1 for _, arm in ranked[index:end] if arm == 0)
        ranks += ties * (index + 1 + end) / 2
        index = end
    longer = (ranks - len(first) * (len(first) + 1) / 2) / (len(first) * len(second))
    return max(longer, 1 - longer)


def measure(fixture: Fixture, name: str, samples: int) -> bool:
    """Measures one flow, prints a line, and returns whether the flow tells nothing."""
    arms = [0, 1] * samples
    random.shuffle(arms)
    arms = [random.randrange(2) for _ in range(WARM_UP)] + arms
    times: tuple[list[int], list[int]] = ([], [])
    answers: tuple[set[str], set[str]] = (set(), set())
    for number, arm in enumerate(arms):
        took, answer = fixture.connection.send(FLOWS[name](fixture, arm))
        answers[arm].add(visible(answer))
        if number >= WARM_UP:
            times[arm].append(took)
    medians = [statistics.median(arm) / 1e6 for arm in times]
    difference, area = medians[0] - medians[1], auc(*times)
    same = answers[0] == answers[1]
    passes = same and area <= MAX_AUC and abs(difference) <= MAX_DIFFERENCE_MS
    print(
        f"{name:13} {samples:6} {medians[0]:9.3f} {medians[1]:9.3f} {difference:+10.3f} {area:7.3f}"
        f"  {'same' if same else 'DIFFERENT':9}  {'ok' if passes else 'FAILED'}",
        flush=True,
    )
    if not same:
        for answer in sorted(answers[0] ^ answers[1])[:4]:
            print(f"  {answer}")
    return passes


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("service")
    parser.add_argument("--samples", type=int, default=2000, help="requests of each arm")
    parser.add_argument("flows", nargs="*", default=[], metavar="FLOW", help=", ".join(FLOWS))
    arguments = parser.parse_intermixed_args()
    fixture = Fixture(arguments.service)
    gc.disable()
    print("flow           n each  known ms  other ms  difference     AUC  answers    result", flush=True)
    results = [measure(fixture, name, arguments.samples) for name in arguments.flows or FLOWS]
    sys.exit(0 if all(results) else 1)


main()
