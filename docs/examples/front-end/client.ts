// A client of the API for a browser, without dependencies: session, retries, uploads. docs/front-ends.md explains it.

/** A value of the body that was refused. */
export interface FieldError {
  code: string;
  /** Where the value is in the body (JSON Pointer), such as `/facility/code`. */
  pointer: string;
  detail: string;
}

/** A problem document (RFC 9457): every refusal of the API is one. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  request_id: string;
  retryable: boolean;
  errors?: FieldError[];
}

/** A refusal. `problem.detail` is meant for the person at the screen, `problem.code` for the program. */
export class Refusal extends Error {
  constructor(
    readonly problem: Problem,
    /** After how many seconds the same request may be sent again. */
    readonly retryAfter: number | undefined,
  ) {
    super(`${problem.code} (${problem.request_id})`);
  }
}

/** An answer: its body, and the entity tag to change what it shows. */
export interface Answer<T> {
  body: T;
  etag: string | undefined;
}

export interface Options {
  body?: unknown;
  /** One key for one intent of a person. Repeat it until there is an answer. */
  idempotencyKey?: string;
  /** The entity tag of what is changed. */
  ifMatch?: string;
}

interface Tokens {
  access_token: string;
  expires_in: number;
  device_token?: string;
}

interface Request {
  method: string;
  headers: Record<string, string>;
  body: BodyInit | null;
  /** Whether the cookie goes with the request. Only the operations of the session accept it. */
  withCookie?: boolean;
}

/** How often a request is sent before the person is told. */
const ATTEMPTS = 4;
/** All tabs of the front end use this name for the lock and the channel. */
const SESSION = 'todokede-session';

export class Client {
  /** The access token stays in the memory of this tab. A reload gets another one with the cookie. */
  #access: { token: string; until: number } | undefined;
  readonly #channel = new BroadcastChannel(SESSION);

  constructor(
    private readonly api: string,
    /** Called when there is no session, or no longer one. */
    private readonly onEnd: () => void,
  ) {
    // Another tab has logged in or out. Without the reload, this tab would show one account and act for another.
    this.#channel.onmessage = () => location.reload();
  }

  /** Logs in. The refresh token goes into a cookie that no script can read. */
  async logIn(email: string, password: string): Promise<void> {
    // The device's token opens nothing without the password, so it may be stored.
    const device = localStorage.getItem('todokede-device');
    const form = { email, password, refresh_token_in: 'COOKIE', ...(device && { device_token: device }) };
    await this.#locked(async () => {
      const tokens = await this.#session('/v1/sessions', form, false);
      if (tokens.device_token) localStorage.setItem('todokede-device', tokens.device_token);
    });
    this.#channel.postMessage('opened');
  }

  /** Continues the session after a page was loaded. Returns whether there is one. */
  async resume(): Promise<boolean> {
    try {
      await this.#token();
      return true;
    } catch (error) {
      if (isUnauthenticated(error)) return false;
      throw error;
    }
  }

  /** Logs out in all tabs. */
  async logOut(): Promise<void> {
    try {
      const headers = { Authorization: `Bearer ${await this.#token()}` };
      const request = { method: 'DELETE', headers, body: null, withCookie: true };
      await this.#locked(() => this.#send('/v1/sessions/current', request));
    } catch (error) {
      // The session had ended before.
      if (!isUnauthenticated(error)) throw error;
    }
    this.#channel.postMessage('ended');
    this.#forget();
  }

  /** Calls an operation that needs no login. */
  async callOpen<T>(method: string, path: string, options: Options = {}): Promise<Answer<T>> {
    return this.#repeated(isRepeatable(method, options), () => this.#send<T>(path, requestOf(method, options)));
  }

  /** Calls an operation of the account. */
  async call<T>(method: string, path: string, options: Options = {}): Promise<Answer<T>> {
    return this.#repeated(isRepeatable(method, options), () => this.#authorized<T>(path, requestOf(method, options)));
  }

  /** Announces a file and sends its bytes. Returns the id for `attachment_ids`. */
  async upload(file: File): Promise<string> {
    const bytes = await file.arrayBuffer();
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    const contentDigest = `sha-256=:${btoa(String.fromCharCode(...digest))}:`;
    const announcement = {
      file_name: file.name,
      media_type: file.type,
      size_bytes: file.size,
      content_digest: contentDigest,
    };
    const key = crypto.randomUUID();
    const { body } = await this.call<{ id: string }>('POST', '/v1/uploads', { body: announcement, idempotencyKey: key });
    const headers = {
      'Content-Type': file.type,
      'Content-Digest': contentDigest,
    };
    // The same bytes may be sent again, so a broken transfer is simply repeated.
    const path = `/v1/uploads/${body.id}/content`;
    await this.#repeated(true, () => this.#authorized(path, { method: 'PUT', headers, body: bytes }));
    return body.id;
  }

  /** Sends a request with the access token. If the token has expired all the same, gets another one, once. */
  async #authorized<T>(path: string, request: Request): Promise<Answer<T>> {
    const send = (token: string): Promise<Answer<T>> =>
      this.#send<T>(path, { ...request, headers: { ...request.headers, Authorization: `Bearer ${token}` } });
    try {
      return await send(await this.#token());
    } catch (error) {
      if (!(error instanceof Refusal) || error.problem.code !== 'TOKEN_EXPIRED') throw error;
      this.#access = undefined;
      return send(await this.#token());
    }
  }

  /** The access token, from memory or by a refresh. */
  async #token(): Promise<string> {
    const known = this.#known();
    if (known) return known;
    return this.#locked(async () => {
      // Another call of this tab may have refreshed while this one waited for the lock.
      const refreshed = this.#known();
      if (refreshed) return refreshed;
      try {
        // For 30 seconds, the same cookie gets the same answer. So a refresh may be repeated over a bad line.
        return (await this.#session('/v1/sessions/refresh', {}, true)).access_token;
      } catch (error) {
        if (isUnauthenticated(error)) this.#forget();
        throw error;
      }
    });
  }

  #known(): string | undefined {
    return this.#access && performance.now() < this.#access.until ? this.#access.token : undefined;
  }

  #forget(): void {
    this.#access = undefined;
    this.onEnd();
  }

  /** Opens or continues a session, with the cookie. */
  async #session(path: string, form: object, mayRepeat: boolean): Promise<Tokens> {
    const request = { ...requestOf('POST', { body: form }), withCookie: true };
    const { body } = await this.#repeated(mayRepeat, () => this.#send<Tokens>(path, request));
    // The span of time counts, not the clock of the computer, which may be wrong.
    this.#access = { token: body.access_token, until: performance.now() + (body.expires_in - 30) * 1000 };
    return body;
  }

  /** Only one tab at a time may change the cookie. If two tabs sent the same token, one would get an old cookie. */
  async #locked<T>(step: () => Promise<T>): Promise<T> {
    return navigator.locks.request(SESSION, step);
  }

  /**
   * Repeats a request over a bad line. `mayRepeat`: a repetition does no harm if the first request arrived all the same,
   * because the request only reads, or because it has an idempotency key.
   */
  async #repeated<T>(mayRepeat: boolean, send: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await send();
      } catch (error) {
        // Without a refusal there was no answer: the line is broken.
        const isTemporary = !(error instanceof Refusal) || (error.problem.retryable && error.problem.status !== 429);
        if (!mayRepeat || !isTemporary || attempt === ATTEMPTS) throw error;
        const wait = (error instanceof Refusal && error.retryAfter) || 2 ** attempt * (0.5 + Math.random() / 2);
        await new Promise(resolve => setTimeout(resolve, wait * 1000));
      }
    }
  }

  async #send<T>(path: string, request: Request): Promise<Answer<T>> {
    const { withCookie, ...rest } = request;
    const answer = await fetch(this.api + path, {
      ...rest,
      credentials: withCookie ? 'include' : 'omit',
      // The cookie of the answer is stored even if the page is closed meanwhile.
      keepalive: withCookie ?? false,
      cache: 'no-store',
    });
    const body = answer.status === 204 ? undefined : await answer.json();
    if (!answer.ok) throw new Refusal(body as Problem, Number(answer.headers.get('Retry-After')) || undefined);
    return { body: body as T, etag: answer.headers.get('ETag') ?? undefined };
  }
}

function isRepeatable(method: string, options: Options): boolean {
  return method === 'GET' || options.idempotencyKey !== undefined;
}

function isUnauthenticated(error: unknown): boolean {
  return error instanceof Refusal && error.problem.status === 401;
}

function requestOf(method: string, options: Options): Request {
  const headers: Record<string, string> = { 'Accept-Language': document.documentElement.lang };
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  if (options.idempotencyKey) headers['Idempotency-Key'] = options.idempotencyKey;
  if (options.ifMatch) headers['If-Match'] = options.ifMatch;
  return { method, headers, body: options.body === undefined ? null : JSON.stringify(options.body) };
}
