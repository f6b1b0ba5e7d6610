"""Registers a facility in a sandbox, as the scripts of this folder do before they do anything else."""

import sys
import time
from collections.abc import Callable

PASSWORD = "縁側で祖母と将棋を指した雨の日"


def free_facilities(call: Callable[..., dict]) -> list[dict]:
    """The invented facilities without an account. `call` sends a method, a path and a form, and returns the answer."""
    listed = call("GET", "/sandbox/facilities?kind=MEDICAL&page_size=100")["items"]
    return [facility for facility in listed if not facility["has_account"]]


def register(call: Callable[..., dict], address: str, facility: dict) -> None:
    """Creates an account by mail."""
    call("POST", "/v1/registrations", {"email": address})
    call("POST", "/v1/accounts", account_form(mailed_token(call, address), facility))


def mailed_token(call: Callable[..., dict], address: str) -> str:
    for _ in range(100):
        mails = call("GET", f"/sandbox/messages?to={address}")["items"]
        if mails:
            return mails[0]["link"].split("#token=")[1]
        time.sleep(0.1)
    sys.exit("the mail of the registration has not arrived")


def account_form(token: str, facility: dict) -> dict:
    return {
        "token": token,
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
