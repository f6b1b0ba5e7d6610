// Uses the example front end in a real browser, from another origin than the service's: registers with the mailed link,
// declares with an attachment and reloads the page over a bad line, refreshes in two tabs, withdraws, and logs out.
// usage: node front-end.mjs SERVICE_URL API_URL PORTAL_URL FOLDER
// API_URL is the service as pages see it. FOLDER has the compiled front end, for HTTPS also key.pem and certificate.pem, and
// gets the pictures.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';

const [service, api, portal, folder] = process.argv.slice(2);
const isHttps = api.startsWith('https:');
const ADDRESS = 'front-end@clinic.example';
const PASSWORD = '縁側で祖母と将棋を指した雨の日';
const COOKIE = isHttps ? '__Host-todokede-refresh' : 'todokede-refresh';
const PDF = '%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Size 2 /Root 1 0 R >>\nstartxref\n9\n%%EOF\n';

const servers = [];
async function listen(url, answer) {
  const read = name => readFile(`${folder}/${name}`);
  const tls = isHttps && { key: await read('key.pem'), cert: await read('certificate.pem') };
  const server = isHttps ? https.createServer(tls, answer) : http.createServer(answer);
  await new Promise(resolve => server.listen(new URL(url).port, '127.0.0.1', resolve));
  servers.push(server);
}

// The portal: every path is its page, except for the scripts and the settings.
await listen(portal, async (request, response) => {
  const name = new URL(request.url, portal).pathname.slice(1);
  const isScript = ['client.js', 'portal.js'].includes(name);
  response.setHeader('Content-Security-Policy', `default-src 'self'; connect-src 'self' ${api}`);
  response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
  if (name === 'config.json') {
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ api }));
  } else if (name === 'favicon.ico') response.writeHead(204).end();
  else response.end(await readFile(`${folder}/${isScript ? name : 'portal.html'}`));
});

// With HTTPS, the load balancer before the service.
if (isHttps) await listen(api, (request, response) => {
  const { method, headers } = request;
  const forwarded = http.request(service + request.url, { method, headers }, answer => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  request.pipe(forwarded);
});

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    // Chromium refuses its sandbox to root.
    '--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu',
    '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run',
    '--host-resolver-rules=MAP *.example.jp 127.0.0.1',
  ],
});
const context = await browser.newContext({
  ignoreHTTPSErrors: true, locale: 'ja-JP', viewport: { width: 900, height: 700 },
});

/** Everything that goes wrong. */
const complaints = [];
/** The answers with 4xx and 5xx. */
const refusals = [];
/** The cookies that refreshes have set. */
const refreshes = [];
context.on('request', request => {
  const { hostname } = new URL(request.url());
  if (!/^127\.0\.0\.1$|^localhost$|\.example\.jp$/.test(hostname)) complaints.push(`left this machine: ${request.url()}`);
});
context.on('response', answer => {
  const line = `${answer.status()} ${answer.request().method()} ${answer.url().replace(api, '')}`;
  if (answer.status() >= 400) refusals.push(line);
  if (line === '201 POST /v1/sessions/refresh') refreshes.push(answer.headerValue('set-cookie'));
});
context.on('weberror', error => complaints.push(`script: ${error.error()}`));
context.on('console', line => {
  // Chromium itself reports each refusal and each broken connection, too.
  const isOfNetwork = line.text().startsWith('Failed to load resource');
  if (['error', 'warning'].includes(line.type()) && !isOfNetwork) complaints.push(`console: ${line.text()}`);
});

/** The refusals, and the cookies of refreshes, since the last call. */
const takeRefusals = () => refusals.splice(0);
const takeRefreshes = () => Promise.all(refreshes.splice(0));

async function open(path) {
  const page = await context.newPage();
  await page.goto(portal + path, { waitUntil: 'networkidle' });
  return page;
}

const json = async answer => (await answer).json();

async function mailedLink() {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const { items } = await json(fetch(`${service}/sandbox/messages?to=${ADDRESS}`));
    if (items.length > 0) return items[0].link;
    await sleep(200);
  }
  throw new Error('the mail has not arrived');
}

async function refreshCookie() {
  const cookies = await context.cookies(api);
  return cookies.find(cookie => cookie.name === COOKIE);
}

/** The number of rows that the page of declarations shows. */
const declarations = page => page.locator('#declarations li');

async function advance(minutes) {
  const { now } = await json(fetch(`${service}/sandbox/clock`));
  const later = new Date(Date.parse(now) + minutes * 60_000).toISOString();
  const headers = { 'Content-Type': 'application/json' };
  const moved = await fetch(`${service}/sandbox/clock`, { method: 'PUT', headers, body: JSON.stringify({ now: later }) });
  assert.equal(moved.status, 200, await moved.text());
}

/** Makes a step in which the first `POST` to a path arrives, but its answer gets lost. Returns how often it was sent. */
async function losingFirstAnswer(page, path, step) {
  let attempts = 0;
  await page.route(api + path, async route => {
    const request = route.request();
    if (request.method() !== 'POST') return route.continue();
    attempts += 1;
    if (attempts > 1) return route.continue();
    const { host, ...headers } = await request.allHeaders();
    const arrived = await fetch(service + path, { method: 'POST', headers, body: request.postData() });
    assert.equal(arrived.status, 201, await arrived.text());
    return route.abort('connectionreset');
  });
  await step();
  await page.unroute(api + path);
  return attempts;
}

async function register() {
  const headers = { 'Content-Type': 'application/json' };
  const body = JSON.stringify({ email: ADDRESS });
  assert.equal((await fetch(`${service}/v1/registrations`, { method: 'POST', headers, body })).status, 202);
  const link = await mailedLink();
  assert(link.startsWith(`${portal}/registration#token=`), link);
  const page = await open(link.replace(portal, ''));
  const form = page.locator('#registration');
  await form.locator('output').filter({ hasText: ADDRESS }).waitFor();
  assert.equal(page.url(), `${portal}/registration`, 'the token is not in the address bar');
  const facility = (await json(fetch(`${service}/sandbox/facilities?kind=MEDICAL&page_size=100`))).items
    .find(listed => !listed.has_account);
  for (const [name, value] of Object.entries({
    code: '1234567890',
    name: facility.name,
    postal_code: facility.postal_code,
    address: facility.address,
    password: PASSWORD,
  })) await form.locator(`[name=${name}]`).fill(value);
  await form.locator('button').click();
  await page.locator('#message').filter({ hasText: '/facility/code' }).waitFor();
  assert.deepEqual(takeRefusals(), ['422 POST /v1/accounts'], 'the page shows why a value was refused');
  await page.screenshot({ path: `${folder}/refused.png` });
  await form.locator('[name=code]').fill(facility.facility_code);
  await form.locator('button').click();
  await page.locator('#facility').filter({ hasText: facility.name }).waitFor();
  return page;
}

async function checkCookie(page) {
  const { value, ...cookie } = await refreshCookie();
  assert.equal(value.length, 43);
  assert.deepEqual(
    { path: cookie.path, httpOnly: cookie.httpOnly, sameSite: cookie.sameSite, secure: cookie.secure },
    { path: '/', httpOnly: true, sameSite: 'Strict', secure: isHttps },
  );
  // What a script that got into the page could take away.
  const readable = await page.evaluate(() => [document.cookie, ...Object.values({ ...localStorage, ...sessionStorage })]);
  assert.equal(readable[0], '', 'no script can read the cookie');
  assert(readable.every(text => !text.includes(value) && !text.startsWith('ey')), 'no token of the session is stored');
}

async function declare(page) {
  await page.locator('[name=contract_date]').fill('2023-02-01');
  const file = { name: '契約書（写し）.pdf', mimeType: 'application/pdf', buffer: Buffer.from(PDF) };
  await page.locator('[name=contract]').setInputFiles(file);
  const attempts = await losingFirstAnswer(page, '/v1/declarations', async () => {
    await page.locator('#declaration button').click();
    await declarations(page).first().waitFor();
  });
  assert.deepEqual([attempts, await declarations(page).count()], [2, 1], 'one declaration, although it was sent twice');
  assert.deepEqual(takeRefusals(), []);
}

async function reload(page) {
  const { value } = await refreshCookie();
  const attempts = await losingFirstAnswer(page, '/v1/sessions/refresh', async () => {
    await page.reload({ waitUntil: 'networkidle' });
    await declarations(page).first().waitFor();
  });
  assert.equal(attempts, 2, 'the first new cookie was lost; for 30 seconds, the old one gets it again');
  assert.notEqual((await refreshCookie()).value, value);
  assert.deepEqual([(await takeRefreshes()).length, takeRefusals()], [1, []], 'the reload continues the session');
}

async function refreshInTwoTabs(page) {
  const other = await open('/');
  await declarations(other).first().waitFor();
  await takeRefreshes();
  assert.deepEqual(takeRefusals(), []);
  // Both tabs notice at the same time that their access tokens have expired.
  await advance(11);
  await Promise.all([page, other].map(tab => tab.locator('#declarations button').click()));
  await Promise.all([page, other].map(tab =>
    tab.locator('#declarations').filter({ hasText: 'WITHDRAWN' }).or(tab.locator('#message:not(:empty)')).waitFor()));
  const cookies = await takeRefreshes();
  assert.equal(new Set(cookies).size, 2, 'each tab has refreshed with the cookie that the other one got');
  const [expired, also, late, ...more] = takeRefusals().map(line => line.replace(/dcl_\w+/, '{id}'));
  assert.deepEqual([expired, also, ...more], Array(2).fill('401 GET /v1/declarations/{id}'));
  assert.match(late, /^4(09|12) POST .*withdrawal$/, 'only one of the tabs withdraws the declaration');
  return other;
}

/** A page of a stranger cannot use the cookie: neither one of another site, nor one of this site that is not listed. */
async function attack() {
  const { value } = await refreshCookie();
  const stranger = await context.newPage();
  const origin = isHttps ? portal.replace('//portal.', '//other.') : portal.replace('127.0.0.1', 'localhost');
  await stranger.goto(origin, { waitUntil: 'networkidle' });
  // The page itself has tried to continue a session, too.
  takeRefusals();
  const result = await stranger.evaluate(async url => {
    const request = { method: 'POST', credentials: 'include', headers: { 'Content-Type': 'application/json' }, body: '{}' };
    return fetch(url, request).then(answer => answer.status, error => error.name);
  }, `${api}/v1/sessions/refresh`);
  if (isHttps) {
    assert.equal(result, 'TypeError', 'the browser does not send the request');
    const blocked = complaints.splice(0);
    assert(blocked.length > 0 && blocked.every(line => line.includes('blocked by CORS policy')), blocked.join('\n'));
    takeRefusals();
  } else {
    assert.equal(result, 401, 'the browser does not send the cookie');
    assert.deepEqual(takeRefusals(), ['401 POST /v1/sessions/refresh']);
  }
  assert.deepEqual([(await refreshCookie()).value, await takeRefreshes()], [value, []]);
  await stranger.close();
}

try {
  const page = await register();
  await checkCookie(page);
  await declare(page);
  await page.screenshot({ path: `${folder}/declared.png` });
  await reload(page);
  const other = await refreshInTwoTabs(page);
  await attack();

  await other.locator('#logout').click();
  for (const tab of [other, page]) await tab.locator('#login').waitFor();
  assert.equal(await refreshCookie(), undefined, 'the logout has removed the cookie');
  assert.deepEqual(takeRefusals(), ['401 POST /v1/sessions/refresh'], 'the other tab has no session to continue');

  await page.locator('#login [name=email]').fill(ADDRESS);
  await page.locator('#login [name=password]').fill(PASSWORD);
  await page.locator('#login button').click();
  for (const tab of [other, page]) await declarations(tab).filter({ hasText: 'WITHDRAWN' }).waitFor();
  assert.deepEqual([takeRefusals(), complaints], [[], []]);
  console.log(`${portal}: registered, declared and reloaded over a bad line, refreshed in two tabs, withdrew, logged out and in`);
} finally {
  await browser.close();
  for (const server of servers) server.close();
}
