"""The procedure of a facility with openapi-python-client: registration, login, declaration, succession, lists.

usage: python file.py SERVICE_URL
"""

import sys
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import date
from typing import Protocol, TypeVar

from todokede_client import AuthenticatedClient, Client
from todokede_client import models as m
from todokede_client.api.account import list_account_mails
from todokede_client.api.declarations import file_declaration, list_declarations, preview_declaration
from todokede_client.api.login import log_in
from todokede_client.api.registration import create_account, preview_account, request_registration
from todokede_client.api.sandbox import list_facilities, list_messages
from todokede_client.api.successions import file_succession, get_succession
from todokede_client.api.transitional_measures import get_transitional_measure
from todokede_client.types import UNSET, Unset

EMAIL = "openapi-python-client@clinic.example"
PREFECTURE = "11"  # each program has its own, so that they do not take each other's facilities
PASSWORD = "縁側で祖母と将棋を指した雨の日"


def main(service: str) -> None:
    with Client(base_url=service, raise_on_unexpected_status=True) as stranger:
        facility, new_facility = register(stranger)
        login = m.LoginRequest(email=EMAIL, password=PASSWORD)
        session = expect(m.TokenResponse, log_in.sync(client=stranger, body=login))
    token = session.access_token
    with AuthenticatedClient(base_url=service, token=token, raise_on_unexpected_status=True) as portal:
        file(portal, facility, new_facility)


def register(stranger: Client) -> tuple[m.ListedFacilityResponse, m.ListedFacilityResponse]:
    # 1. Ask for the link. The sandbox delivers the mail to its mailbox.
    expect(m.LinkRequested, request_registration.sync(client=stranger, body=m.EmailRequest(email=EMAIL)))
    token = mailed_token(stranger)

    # 2. Choose a facility without an account, show the confirmation screen, and create the account.
    facility, new_facility = facilities_without_account(stranger)
    form = m.AccountRequest(
        token=token,
        password=PASSWORD,
        facility=m.FacilityForm(
            code=facility.facility_code,
            name=facility.name,
            name_kana="カクウ",
            postal_code=facility.postal_code,
            address=facility.address,
            phone="03-0000-1234",
        ),
        founder=m.FounderForm(kind=m.FounderKind.INDIVIDUAL, name="架空 花子"),
        contact=m.ContactForm(name="架空 太郎", phone="03-0000-1234"),
        terms_accepted=True,
    )
    shown = expect(m.AccountPreview, preview_account.sync(client=stranger, body=form))
    assert shown.mails[0].to == EMAIL
    account = expect(m.AccountResponse, create_account.sync(client=stranger, body=form))
    assert account.facility.code == facility.facility_code
    return facility, new_facility


def file(
    portal: AuthenticatedClient, facility: m.ListedFacilityResponse, new_facility: m.ListedFacilityResponse
) -> None:
    # 3. Read the rules of the round.
    measure = expect(m.RoundResponse, get_transitional_measure.sync("2023", client=portal))
    assert measure.window == m.WindowStatus.OPEN
    assert m.Category.NO_NETWORK in [rule.category for rule in measure.categories]

    # 4. Show the confirmation screen of a declaration, and file it. A retry with the same key files nothing else.
    reason = m.ReasonForm(category=m.Category.NO_NETWORK, line_status=m.LineStatus.NOT_AVAILABLE)
    declaration = m.DeclarationRequest(round_="2023", reason=reason)
    previewed = expect(m.DeclarationPreview, preview_declaration.sync(client=portal, body=declaration))
    key = str(uuid.uuid4())
    filed, retried = (
        expect(m.DeclarationResponse, file_declaration.sync(client=portal, body=declaration, idempotency_key=key))
        for _ in range(2)
    )
    assert filed.status == previewed.status and filed.reason == reason
    assert retried.id == filed.id

    # 5. A refused value: the problem document names its place.
    incomplete = m.DeclarationRequest(round_="2023", reason=m.ReasonForm(category=m.Category.NO_NETWORK))
    problem = expect(m.Problem, preview_declaration.sync(client=portal, body=incomplete))
    assert problem.status == 422 and problem.errors
    assert problem.errors[0].pointer == "/reason/line_status"

    # 6. File a succession to the new facility code. It is accepted at once if the facility list shows what both codes have
    # in common. Otherwise staff review it first.
    succession = expect(
        m.SuccessionResponse,
        file_succession.sync(client=portal, body=succession_to(new_facility), idempotency_key=str(uuid.uuid4())),
    )
    read = expect(m.SuccessionResponse, get_succession.sync(succession.id, client=portal))
    assert read.status in (m.SuccessionStatus.ACCEPTED, m.SuccessionStatus.UNDER_REVIEW)
    assert read.predecessor_code == facility.facility_code

    # 7. Page through the lists. The declaration belongs to the new code as soon as the succession is accepted.
    holder = new_facility if read.status == m.SuccessionStatus.ACCEPTED else facility
    declarations: list[m.DeclarationResponse] = []
    for declaration_page in pages(
        m.DeclarationPage, lambda token: list_declarations.sync(client=portal, page_size=1, page_token=token)
    ):
        declarations += declaration_page.items
    assert [(listed.id, listed.facility_code) for listed in declarations] == [(filed.id, holder.facility_code)]
    mails: list[m.MailResponse] = []
    for mail_page in pages(
        m.MailPage, lambda token: list_account_mails.sync(client=portal, page_size=1, page_token=token)
    ):
        mails += mail_page.items
    assert len({mail.id for mail in mails}) == len(mails) > 2, "the account and both filings had a mail each"


class Page(Protocol):
    next_page_token: str | Unset


Kind = TypeVar("Kind")
PageKind = TypeVar("PageKind", bound=Page)


def expect(kind: type[Kind], answer: object) -> Kind:
    """The answer, if it is of this kind. A problem document ends the program with its code and its detail."""
    if not isinstance(answer, kind):
        sys.exit(f"not {kind.__name__}: {answer}")
    return answer


def pages(kind: type[PageKind], read: Callable[[str | Unset], object]) -> Iterator[PageKind]:
    """All pages of a list."""
    token: str | Unset = UNSET
    while True:
        page = expect(kind, read(token))
        yield page
        token = page.next_page_token
        if isinstance(token, Unset):
            return


def mailed_token(client: Client) -> str:
    for _ in range(100):
        mails = expect(m.MessagePage, list_messages.sync(client=client, to=EMAIL)).items
        if mails and isinstance(mails[0].link, str):
            return mails[0].link.split("#token=")[1]
        time.sleep(0.1)
    sys.exit("the mail of the registration has not arrived")


def facilities_without_account(client: Client) -> list[m.ListedFacilityResponse]:
    page = list_facilities.sync(client=client, prefecture=PREFECTURE, kind=m.FacilityKind.MEDICAL)
    listed = expect(m.ListedFacilityPage, page).items
    return [facility for facility in listed if not facility.has_account][:2]


def succession_to(facility: m.ListedFacilityResponse) -> m.SuccessionRequest:
    return m.SuccessionRequest(
        successor=m.SuccessorForm(
            facility_code=facility.facility_code,
            name=facility.name,
            postal_code=facility.postal_code,
            address=facility.address,
            phone="03-0000-9001",
        ),
        successor_founder=m.FounderForm(kind=m.FounderKind.CORPORATION, name="医療法人架空会"),
        reason=m.SuccessionReason.INCORPORATION_CHANGE,
        change_date=date(2023, 2, 1),
        guidance_address=m.GuidanceAddressForm(
            postal_code=facility.postal_code, address=facility.address, name=facility.name
        ),
        contact=m.ContactForm(name="架空 太郎", phone="03-0000-9001"),
        consent=True,
    )


main(sys.argv[1])
