// The pages of an example portal: registration by a mailed link, login, a declaration with an attachment, its withdrawal.
import { Client, Refusal } from './client.js';

interface Declaration {
  id: string;
  receipt_number: string;
  status: string;
}

const { api } = (await (await fetch('/config.json')).json()) as { api: string };
const client = new Client(api, () => show('login'));

function find<E extends HTMLElement>(id: string): E {
  return document.getElementById(id) as E;
}

function show(...ids: string[]): void {
  for (const id of ['registration', 'login', 'declaration', 'account']) find(id).hidden = !ids.includes(id);
}

/** Runs a step of a page, and shows the person why it was refused. */
async function attempt(step: () => Promise<void>): Promise<void> {
  const message = find('message');
  message.textContent = '';
  try {
    await step();
  } catch (error) {
    if (!(error instanceof Refusal)) {
      message.textContent = '通信できませんでした。接続を確かめて、もう一度お試しください。';
      return;
    }
    const { detail, errors, request_id } = error.problem;
    // A real form shows each text at its field, which `pointer` names.
    const texts = errors?.map(field => `${field.pointer}: ${field.detail}`) ?? [];
    message.textContent = [detail, ...texts, `（${request_id}）`].join('\n');
  }
}

function onSubmit(id: string, step: (form: FormData) => Promise<void>): void {
  const form = find<HTMLFormElement>(id);
  form.addEventListener('submit', event => {
    event.preventDefault();
    const button = form.querySelector('button')!;
    button.disabled = true;
    void attempt(() => step(new FormData(form))).finally(() => (button.disabled = false));
  });
}

/** The token of a mailed link. It is taken out of the address bar, so that it stays in no history and no bookmark. */
function takeToken(): string | undefined {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  history.replaceState(null, '', location.pathname);
  return token ?? undefined;
}

/** The page of a mailed link. It uses the token up only when the person presses the button. */
async function register(): Promise<void> {
  const token = takeToken();
  const { body } = await client.callOpen<{ email: string }>('POST', '/v1/registrations/confirmation', { body: { token } });
  const form = find<HTMLFormElement>('registration');
  form.querySelector('output')!.value = body.email;
  show('registration');
  const key = crypto.randomUUID();
  onSubmit('registration', async entered => {
    const text = (name: string): string => String(entered.get(name));
    const account = {
      token,
      password: text('password'),
      facility: {
        code: text('code'),
        name: text('name'),
        name_kana: 'カクウ',
        postal_code: text('postal_code'),
        address: text('address'),
        phone: '03-0000-1234',
      },
      founder: { kind: 'INDIVIDUAL', name: '架空 花子' },
      contact: { department: '医事課', name: '架空 太郎', phone: '03-0000-1234' },
      terms_accepted: true,
    };
    await client.callOpen('POST', '/v1/accounts', { body: account, idempotencyKey: key });
    await client.logIn(body.email, account.password);
    history.replaceState(null, '', '/');
    await showAccount();
  });
}

async function showAccount(): Promise<void> {
  const account = await client.call<{ facility: { name: string } }>('GET', '/v1/account');
  find<HTMLOutputElement>('facility').value = account.body.facility.name;
  const { body } = await client.call<{ items: Declaration[] }>('GET', '/v1/declarations');
  find('declarations').replaceChildren(...body.items.map(line));
  show('declaration', 'account');
}

function line(declaration: Declaration): HTMLElement {
  const item = document.createElement('li');
  item.textContent = `${declaration.receipt_number} ${declaration.status} `;
  const button = document.createElement('button');
  button.textContent = '取下げ';
  const key = crypto.randomUUID();
  button.addEventListener('click', () => void attempt(() => withdraw(declaration.id, key)));
  item.append(button);
  return item;
}

async function withdraw(id: string, key: string): Promise<void> {
  const path = `/v1/declarations/${id}`;
  const { etag } = await client.call('GET', path);
  await client.call('POST', `${path}/withdrawal`, { idempotencyKey: key, ...(etag && { ifMatch: etag }) });
  await showAccount();
}

onSubmit('login', async form => {
  await client.logIn(String(form.get('email')), String(form.get('password')));
  await showAccount();
});

// One key for one declaration: pressing the button again after an error does not file twice.
let filingKey = crypto.randomUUID();
/** The files that have arrived. The same declaration must name the same attachment when it is sent again. */
const uploaded = new WeakMap<File, string>();
onSubmit('declaration', async form => {
  const file = form.get('contract') as File;
  const attachment = uploaded.get(file) ?? (await client.upload(file));
  uploaded.set(file, attachment);
  const declaration = {
    round: '2023',
    reason: {
      category: 'SYSTEM_IN_PROGRESS',
      contract_date: form.get('contract_date'),
      vendor_name: '架空システム株式会社',
      expected_completion_month: '2023-08',
    },
    attachment_ids: [attachment],
  };
  await client.call('POST', '/v1/declarations', { body: declaration, idempotencyKey: filingKey });
  filingKey = crypto.randomUUID();
  await showAccount();
});

find('logout').addEventListener('click', () => void attempt(() => client.logOut()));

await attempt(async () => {
  if (location.pathname === '/registration') await register();
  else if (await client.resume()) await showAccount();
});
