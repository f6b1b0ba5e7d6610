"""The procedure of a facility with OpenAPI Generator's client: registration, login, declaration, succession, lists.

usage: python file.py SERVICE_URL
"""

import sys
import time
import uuid
from datetime import date

import openapi_client as portal

EMAIL = "openapi-generator-python@clinic.example"
PREFECTURE = "13"  # each program has its own, so that they do not take each other's facilities
PASSWORD = "縁側で祖母と将棋を指した雨の日"


def main(service: str) -> None:
    configuration = portal.Configuration(host=service)
    with portal.ApiClient(configuration) as client:
        facility, new_facility = register(client)

        # 3. Log in. Every later request has the access token.
        login = portal.LoginRequest(email=EMAIL, password=PASSWORD)
        configuration.access_token = portal.LoginApi(client).log_in(login).access_token

        # 4. Read the rules of the round.
        measure = portal.TransitionalMeasuresApi(client).get_transitional_measure("2023")
        assert measure.window == portal.WindowStatus.OPEN
        assert portal.Category.NO_NETWORK in [rule.category for rule in measure.categories]

        filed = declare(portal.DeclarationsApi(client))
        holder = succeed(portal.SuccessionsApi(client), facility, new_facility)
        page_through(client, filed, holder)


def register(
    client: portal.ApiClient,
) -> tuple[portal.ListedFacilityResponse, portal.ListedFacilityResponse]:
    registration = portal.RegistrationApi(client)

    # 1. Ask for the link. The sandbox delivers the mail to its mailbox.
    registration.request_registration(portal.EmailRequest(email=EMAIL))
    token = mailed_token(portal.SandboxApi(client))

    # 2. Choose a facility without an account, show the confirmation screen, and create the account.
    listed = portal.SandboxApi(client).list_facilities(prefecture=PREFECTURE, kind=portal.FacilityKind.MEDICAL)
    facility, new_facility = [facility for facility in listed.items if not facility.has_account][:2]
    form = portal.AccountRequest(
        token=token,
        password=PASSWORD,
        facility=portal.FacilityForm(
            code=facility.facility_code,
            name=facility.name,
            name_kana="カクウ",
            postal_code=facility.postal_code,
            address=facility.address,
            phone="03-0000-1234",
        ),
        founder=portal.FounderForm(kind=portal.FounderKind.INDIVIDUAL, name="架空 花子"),
        contact=portal.ContactForm(name="架空 太郎", phone="03-0000-1234"),
        terms_accepted=True,
    )
    assert registration.preview_account(form).mails[0].to == EMAIL
    assert registration.create_account(form).facility.code == facility.facility_code
    return facility, new_facility


def declare(declarations: portal.DeclarationsApi) -> portal.DeclarationResponse:
    # 5. Show the confirmation screen of a declaration, and file it. A retry with the same key files nothing else.
    reason = portal.ReasonForm(category=portal.Category.NO_NETWORK, line_status=portal.LineStatus.NOT_AVAILABLE)
    declaration = portal.DeclarationRequest(round="2023", reason=reason)
    previewed = declarations.preview_declaration(declaration)
    key = str(uuid.uuid4())
    filed, retried = (declarations.file_declaration(key, declaration) for _ in range(2))
    assert filed.status == previewed.status and filed.reason == reason
    assert retried.id == filed.id

    # 6. A refused value: the problem document names its place.
    incomplete = portal.ReasonForm(category=portal.Category.NO_NETWORK)
    try:
        declarations.preview_declaration(portal.DeclarationRequest(round="2023", reason=incomplete))
    except portal.ApiException as refusal:
        assert refusal.status == 422
        problem = refusal.data
        assert isinstance(problem, portal.Problem) and problem.errors
        assert problem.errors[0].pointer == "/reason/line_status"
    else:
        sys.exit("a declaration without its line is accepted")
    return filed


def succeed(
    successions: portal.SuccessionsApi,
    facility: portal.ListedFacilityResponse,
    new_facility: portal.ListedFacilityResponse,
) -> portal.ListedFacilityResponse:
    # 7. File a succession to the new facility code. It is accepted at once if the facility list shows what both codes have
    # in common. Otherwise staff review it first.
    form = portal.SuccessionRequest(
        successor=portal.SuccessorForm(
            facility_code=new_facility.facility_code,
            name=new_facility.name,
            postal_code=new_facility.postal_code,
            address=new_facility.address,
            phone="03-0000-9001",
        ),
        successor_founder=portal.FounderForm(kind=portal.FounderKind.CORPORATION, name="医療法人架空会"),
        reason=portal.SuccessionReason.INCORPORATION_CHANGE,
        change_date=date(2023, 2, 1),
        guidance_address=portal.GuidanceAddressForm(
            postal_code=new_facility.postal_code, address=new_facility.address, name=new_facility.name
        ),
        contact=portal.ContactForm(name="架空 太郎", phone="03-0000-9001"),
        consent=True,
    )
    succession = successions.file_succession(str(uuid.uuid4()), form)
    read = successions.get_succession(succession.id)
    assert read.status in (portal.SuccessionStatus.ACCEPTED, portal.SuccessionStatus.UNDER_REVIEW)
    assert read.predecessor_code == facility.facility_code
    return new_facility if read.status == portal.SuccessionStatus.ACCEPTED else facility


def page_through(
    client: portal.ApiClient, filed: portal.DeclarationResponse, holder: portal.ListedFacilityResponse
) -> None:
    # 8. Page through the lists. The declaration belongs to the new code as soon as the succession is accepted.
    declarations: list[portal.DeclarationResponse] = []
    token: str | None = None
    while not declarations or token:
        page = portal.DeclarationsApi(client).list_declarations(page_size=1, page_token=token)
        declarations += page.items
        token = page.next_page_token
    assert [(listed.id, listed.facility_code) for listed in declarations] == [(filed.id, holder.facility_code)]

    mails: list[portal.MailResponse] = []
    while not mails or token:
        mail_page = portal.AccountApi(client).list_account_mails(page_size=1, page_token=token)
        mails += mail_page.items
        token = mail_page.next_page_token
    assert len({mail.id for mail in mails}) == len(mails) > 2, "the account and both filings had a mail each"


def mailed_token(sandbox: portal.SandboxApi) -> str:
    for _ in range(100):
        mails = sandbox.list_messages(to=EMAIL).items
        if mails and mails[0].link:
            return mails[0].link.split("#token=")[1]
        time.sleep(0.1)
    sys.exit("the mail of the registration has not arrived")


main(sys.argv[1])
