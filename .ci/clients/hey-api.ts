// The procedure of a facility with hey-api's client: registration, login, declaration, lists, succession.
// usage: node hey-api.js SERVICE_URL
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import * as portal from "./portal/index.js";
import { client } from "./portal/client.gen.js";

const service = process.argv[2] ?? "http://127.0.0.1:8080";
const email = "hey-api@clinic.example";
const prefecture = "04"; // each program has its own, so that they do not take each other's facilities
const password = "縁側で祖母と将棋を指した雨の日";

client.setConfig({ baseUrl: service });

type Answer<Data> = { data?: Data; error?: unknown; response?: Response };

/** The data of an answer. A problem document ends the journey with its code and its detail. */
function data<Data>({ data, error, response }: Answer<Data>): Data {
  if (data === undefined) throw new Error(`${response?.status}: ${JSON.stringify(error)}`);
  return data;
}

// 1. Ask for the link. The sandbox delivers the mail to its mailbox.
data(await portal.requestRegistration({ body: { email } }));
const token = await mailedToken();

// 2. Choose a facility without an account, show the confirmation screen, and create the account.
const [facility, newFacility] = await facilitiesWithoutAccount();
const form: portal.AccountRequest = {
  token,
  password,
  facility: {
    code: facility.facility_code,
    name: facility.name,
    name_kana: "カクウ",
    postal_code: facility.postal_code,
    address: facility.address,
    phone: "03-0000-1234",
  },
  founder: { kind: "INDIVIDUAL", name: "架空 花子" },
  contact: { name: "架空 太郎", phone: "03-0000-1234" },
  terms_accepted: true,
};
const accountPreview = data(await portal.previewAccount({ body: form }));
assert.equal(accountPreview.mails[0]?.to, email);
const account = data(await portal.createAccount({ body: form }));
assert.equal(account.facility.code, facility.facility_code);

// 3. Log in. Every later request has the access token.
const session = data(await portal.logIn({ body: { email, password } }));
client.setConfig({ auth: session.access_token });

// 4. Read the rules of the round.
const round = data(await portal.getTransitionalMeasure({ path: { round: "2023" } }));
assert.equal(round.window, "OPEN");
assert.ok(round.categories.some(({ category }) => category === "NO_NETWORK"));

// 5. Show the confirmation screen of a declaration, and file it. A retry with the same key files nothing else.
const declaration: portal.DeclarationRequest = {
  round: "2023",
  reason: { category: "NO_NETWORK", line_status: "NOT_AVAILABLE" },
};
const declarationPreview = data(await portal.previewDeclaration({ body: declaration }));
const headers = { "Idempotency-Key": randomUUID() };
const filed = data(await portal.fileDeclaration({ headers, body: declaration }));
assert.equal(filed.status, declarationPreview.status);
assert.equal(filed.reason.category, "NO_NETWORK");
const retried = data(await portal.fileDeclaration({ headers, body: declaration }));
assert.equal(retried.id, filed.id);

// 6. A refused value: the problem document names its place.
const { error, response } = await portal.previewDeclaration({
  body: { round: "2023", reason: { category: "NO_NETWORK" } },
});
assert.equal(response?.status, 422);
assert.equal(error?.errors?.[0]?.pointer, "/reason/line_status");

// 7. File a succession to the new facility code. It is in the facility list, so that the succession is accepted at once.
const place = { name: newFacility.name, postal_code: newFacility.postal_code, address: newFacility.address };
const succession = data(
  await portal.fileSuccession({
    headers: { "Idempotency-Key": randomUUID() },
    body: {
      successor: { ...place, facility_code: newFacility.facility_code, phone: "03-0000-9001" },
      successor_founder: { kind: "CORPORATION", name: "医療法人架空会" },
      reason: "INCORPORATION_CHANGE",
      change_date: "2023-02-01",
      guidance_address: place,
      contact: { name: "架空 太郎", phone: "03-0000-9001" },
      consent: true,
    },
  }),
);
const read = data(await portal.getSuccession({ path: { id: succession.id } }));
// It is accepted at once if the facility list shows what both codes have in common. Otherwise staff review it first.
assert.ok(read.status === "ACCEPTED" || read.status === "UNDER_REVIEW");
assert.equal(read.predecessor_code, facility.facility_code);

// 8. Page through the lists. The declaration belongs to the new code as soon as the succession is accepted.
const holder = read.status === "ACCEPTED" ? newFacility : facility;
const declarations = await all((query) => portal.listDeclarations({ query }));
assert.deepEqual(declarations.map(({ id, facility_code }) => ({ id, facility_code })), [
  { id: filed.id, facility_code: holder.facility_code },
]);
const mails = await all((query) => portal.listAccountMails({ query }));
assert.ok(mails.length > 2, "the account, the declaration and the succession had a mail each");
assert.equal(new Set(mails.map(({ id }) => id)).size, mails.length);

/** All entries of a list, page by page; a page has one entry here, and up to a hundred in practice. */
async function all<Entry>(
  page: (query: { page_size: number; page_token?: string }) => Promise<Answer<{ items: Entry[]; next_page_token?: string }>>,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let next: string | undefined; ; ) {
    const { items, next_page_token } = data(await page({ page_size: 1, ...(next && { page_token: next }) }));
    entries.push(...items);
    if (next_page_token === undefined) return entries;
    next = next_page_token;
  }
}

async function mailedToken(): Promise<string> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const { items } = data(await portal.listMessages({ query: { to: email } }));
    const mailed = items[0]?.link?.split("#token=")[1];
    if (mailed !== undefined) return mailed;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("the mail of the registration has not arrived");
}

async function facilitiesWithoutAccount() {
  const query = { prefecture, kind: "MEDICAL" } as const;
  const { items } = data(await portal.listFacilities({ query }));
  const [first, second] = items.filter(({ has_account }) => !has_account);
  assert.ok(first && second, "the sandbox has no facilities without an account left");
  return [first, second] as const;
}
