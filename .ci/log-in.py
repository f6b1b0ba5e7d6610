"""Registers a facility of the sandbox by mail, logs it in and prints its access token.

usage: python3 .ci/log-in.py SERVICE_URL
"""

import json
import sys
import time
import urllib.request

ADDRESS = "ci@clinic.example"
PASSWORD = "縁側で祖母と将棋を指した雨の日"


def call(url: str, body: dict | None = None) -> dict:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.load(response)


def mailed_token(service: str) -> str:
    for _ in range(50):
        mails = call(f"{service}/sandbox/messages?to={ADDRESS}")["items"]
        if mails:
            return mails[0]["link"].split("#token=")[1]
        time.sleep(0.2)
    sys.exit("the mail of the registration has not arrived")


def main(service: str) -> None:
    call(f"{service}/v1/registrations", {"email": ADDRESS})
    listed = call(f"{service}/sandbox/facilities?kind=MEDICAL")["items"]
    facility = next(facility for facility in listed if not facility["has_account"])
    form = {
        "token": mailed_token(service),
        "password": PASSWORD,
        "facility": {
            "code": facility["facility_code"],
            "name": facility["name"],
            "name_kana": "カクウ",
            "postal_code": facility["postal_code"],
            "address": facility["address"],
            "phone": "03-0000-1234",
        },
        "founder": {"kind": "INDIVIDUAL", "name": "架空 花子"},
        "contact": {"department": "医事課", "name": "架空 太郎", "phone": "03-0000-1234"},
        "terms_accepted": True,
    }
    call(f"{service}/v1/accounts", form)
    session = call(f"{service}/v1/sessions", {"email": ADDRESS, "password": PASSWORD})
    print(session["access_token"])


main(sys.argv[1])
