"""Registers a facility of the sandbox by mail, logs it in and prints its access token.

usage: python3 .ci/log-in.py SERVICE_URL
"""

import json
import sys
import urllib.request

from registration import PASSWORD, free_facilities, register

ADDRESS = "ci@clinic.example"


def main(service: str) -> None:
    def call(method: str, path: str, form: dict | None = None) -> dict:
        data = None if form is None else json.dumps(form).encode()
        request = urllib.request.Request(service + path, data, {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.load(response)

    register(call, ADDRESS, free_facilities(call)[0])
    session = call("POST", "/v1/sessions", {"email": ADDRESS, "password": PASSWORD})
    print(session["access_token"])


main(sys.argv[1])
