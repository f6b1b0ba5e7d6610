// Uses the service in a real browser as a new user would: opens the documentation page, requests a registration link
// from it, opens the mailed link, and reads an account that is already registered.
// usage: ACCESS_TOKEN=… node browser.mjs SERVICE_URL FOLDER_FOR_PICTURES
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';

const [service, folder] = process.argv.slice(2);
const ADDRESS = 'browser@clinic.example';

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    // Chromium refuses its sandbox to root.
    '--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu',
    '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run',
  ],
});
const context = await browser.newContext({ locale: 'ja-JP', viewport: { width: 1280, height: 1600 } });

const complaints = [];
await context.route(url => url.origin !== new URL(service).origin, route => {
  complaints.push(`left this machine: ${route.request().url()}`);
  return route.abort();
});

/** Opens a page and returns it with the list of its requests. Adds everything that goes wrong on it to `complaints`. */
async function open(path) {
  const page = await context.newPage();
  const requests = [];
  page.on('console', line => ['error', 'warning'].includes(line.type()) && complaints.push(`console: ${line.text()}`));
  page.on('pageerror', error => complaints.push(`script: ${error}`));
  page.on('requestfailed', request => complaints.push(`failed: ${request.url()}`));
  page.on('request', request => requests.push(`${request.method()} ${request.url().replace(service, '')}`));
  page.on('response', answer => answer.status() >= 400 && complaints.push(`${answer.status()}: ${answer.url()}`));
  await page.goto(service + path, { waitUntil: 'networkidle' });
  return { page, requests };
}

/** Unfolds an operation, fills in its body if there is one, executes it and returns the service's answer. */
async function execute(page, tag, operation, body) {
  const block = page.locator(`#operations-${tag}-${operation}`);
  await block.locator('.opblock-summary-control').click();
  if (body) await block.locator('textarea.body-param__text').fill(JSON.stringify(body));
  await block.locator('button.execute').click();
  const answer = block.locator('.live-responses-table tbody tr').first();
  await answer.waitFor();
  return {
    block,
    status: (await answer.locator('.response-col_status').innerText()).trim(),
    text: await answer.locator('.response-col_description').innerText(),
  };
}

async function mail() {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const page = await (await fetch(`${service}/sandbox/messages?to=${ADDRESS}`)).json();
    if (page.items.length > 0) return page.items[0];
    await sleep(200);
  }
  throw new Error('the mail has not arrived');
}

try {
  const { page } = await open('/docs/');
  await page.locator('.opblock').first().waitFor();
  const operations = await page.locator('.opblock').count();
  const described = await (await fetch(`${service}/openapi.json`)).json();
  const expected = Object.values(described.paths).flatMap(item => Object.keys(item)).length;
  assert.equal(operations, expected, 'the page shows every operation');
  await page.screenshot({ path: `${folder}/docs.png` });
  await page.screenshot({ path: `${folder}/docs-whole.png`, fullPage: true });

  const registration = await execute(page, 'registration', 'requestRegistration', { email: ADDRESS });
  assert.equal(registration.status, '202');
  await registration.block.screenshot({ path: `${folder}/registration.png` });

  const mailbox = await execute(page, 'sandbox', 'listMessages');
  assert.equal(mailbox.status, '200');
  const { link, kind } = await mail();
  assert.equal(kind, 'PROVISIONAL_REGISTRATION');

  const token = new URL(link).hash.replace('#token=', '');
  const { page: linked, requests } = await open(link.replace(service, ''));
  assert.equal(await linked.locator('#token').innerText(), token, 'the page shows the token');
  assert.deepEqual(requests, ['GET /sandbox/links/registration', 'GET /sandbox/links/link.js'],
    'opening the link asks for the page and its script only');
  await linked.screenshot({ path: `${folder}/link.png` });

  await page.locator('.btn.authorize').click();
  await page.locator('.auth-container input').fill(process.env.ACCESS_TOKEN);
  await page.locator('.auth-btn-wrapper .authorize').click();
  await page.locator('.btn-done').click();
  const account = await execute(page, 'account', 'getAccount');
  assert.equal(account.status, '200');
  assert.match(account.text, /ci@clinic\.example/);
  await account.block.screenshot({ path: `${folder}/account.png` });

  assert.deepEqual(complaints, []);
  console.log(`${operations} operations shown; requested a link, read the mail, opened the link, read the account`);
} finally {
  await browser.close();
}
