-- Column types: id = uuid, instant = timestamptz, day = text YYYY-MM-DD, document = jsonb. Codes are
-- text with their leading zeros; what lists are ordered by compares byte by byte, as in SQLite.

CREATE TABLE facilities (
  code         text        COLLATE "C" NOT NULL PRIMARY KEY,
  kind         text        NOT NULL,
  name         text        NOT NULL,
  name_key     text        NOT NULL,
  postal_code  text        NOT NULL,
  address      text        NOT NULL,
  address_key  text        NOT NULL,
  phone        text,
  founder_name text,
  listed_at    timestamptz NOT NULL,
  changed_at   timestamptz NOT NULL,
  delisted_at  timestamptz
);
CREATE INDEX facilities_by_address ON facilities (kind, address_key);
CREATE INDEX facilities_by_name ON facilities (kind, name_key);

CREATE TABLE accounts (
  id                  uuid        NOT NULL PRIMARY KEY,
  email               text        NOT NULL,
  email_key           text        NOT NULL UNIQUE,
  password_hash       text        NOT NULL,
  kind                text        NOT NULL,
  facility_code       text        UNIQUE,
  designation_receipt text        UNIQUE,
  profile             jsonb       NOT NULL,
  version             bigint      NOT NULL,
  created_at          timestamptz NOT NULL,
  updated_at          timestamptz NOT NULL,
  CHECK (facility_code IS NOT NULL OR designation_receipt IS NOT NULL)
);

-- Mailed links: registration, password reset, e-mail change. Only the token's hash is kept.
CREATE TABLE links (
  id         uuid        NOT NULL PRIMARY KEY,
  purpose    text        NOT NULL,
  token_hash bytea       NOT NULL UNIQUE,
  email      text        NOT NULL,
  email_key  text        NOT NULL,
  account_id uuid        REFERENCES accounts (id),
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at    timestamptz
);
CREATE INDEX links_by_address ON links (purpose, email_key);
CREATE INDEX links_by_expiry ON links (expires_at);

CREATE TABLE sessions (
  id           uuid        NOT NULL PRIMARY KEY,
  account_id   uuid        NOT NULL REFERENCES accounts (id),
  client       text        NOT NULL,
  user_agent   text,
  created_at   timestamptz NOT NULL,
  last_used_at timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL,
  ended_at     timestamptz
);
CREATE INDEX sessions_by_account ON sessions (account_id, created_at);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE refresh_tokens (
  token_hash  bytea       NOT NULL PRIMARY KEY,
  session_id  uuid        NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  issued_at   timestamptz NOT NULL,
  replaced_at timestamptz
);
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);

-- Clients that have logged in to an account before: they keep a budget of their own.
CREATE TABLE known_clients (
  account_id   uuid        NOT NULL REFERENCES accounts (id),
  client       text        NOT NULL,
  last_used_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, client)
);

-- Rounds of the transitional measure are data, effective-dated: one row per edition.
CREATE TABLE round_editions (
  round          text        COLLATE "C" NOT NULL,
  effective_from text        COLLATE "C" NOT NULL,
  edition        jsonb       NOT NULL,
  loaded_at      timestamptz NOT NULL,
  PRIMARY KEY (round, effective_from)
);

CREATE TABLE uploads (
  id           uuid        NOT NULL PRIMARY KEY,
  account_id   uuid        NOT NULL REFERENCES accounts (id),
  file_name    text        NOT NULL,
  media_type   text        NOT NULL,
  size_bytes   bigint      NOT NULL,
  sha256       text        NOT NULL,
  created_at   timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL,
  stored_at    timestamptz
);
CREATE INDEX uploads_by_account ON uploads (account_id, created_at);

CREATE TABLE declarations (
  id             uuid        NOT NULL PRIMARY KEY,
  facility_code  text        NOT NULL,
  round          text        NOT NULL,
  receipt_number text        NOT NULL UNIQUE,
  status         text        NOT NULL,
  revision       bigint      NOT NULL,
  content        jsonb       NOT NULL,
  late           boolean     NOT NULL,
  review         jsonb,
  version        bigint      NOT NULL,
  created_at     timestamptz NOT NULL,
  updated_at     timestamptz NOT NULL
);
CREATE INDEX declarations_by_facility ON declarations (facility_code, created_at);
CREATE UNIQUE INDEX declarations_one_live ON declarations (facility_code, round)
  WHERE status NOT IN ('REJECTED', 'WITHDRAWN');

CREATE TABLE declaration_revisions (
  declaration_id uuid        NOT NULL REFERENCES declarations (id),
  revision       bigint      NOT NULL,
  facility_code  text        NOT NULL,
  content        jsonb       NOT NULL,
  filed_by       uuid        NOT NULL REFERENCES accounts (id),
  filed_at       timestamptz NOT NULL,
  PRIMARY KEY (declaration_id, revision)
);

CREATE TABLE successions (
  id               uuid        NOT NULL PRIMARY KEY,
  account_id       uuid        NOT NULL REFERENCES accounts (id),
  predecessor_code text        NOT NULL,
  successor_code   text        NOT NULL,
  receipt_number   text        NOT NULL UNIQUE,
  status           text        NOT NULL,
  change_date      text        NOT NULL,
  form             jsonb       NOT NULL,
  review           jsonb,
  version          bigint      NOT NULL,
  created_at       timestamptz NOT NULL,
  updated_at       timestamptz NOT NULL,
  accepted_at      timestamptz,
  CHECK (predecessor_code <> successor_code)
);
CREATE INDEX successions_by_account ON successions (account_id, created_at);
CREATE UNIQUE INDEX successions_one_live_predecessor ON successions (predecessor_code)
  WHERE status NOT IN ('REJECTED', 'WITHDRAWN');
CREATE UNIQUE INDEX successions_one_live_successor ON successions (successor_code)
  WHERE status NOT IN ('REJECTED', 'WITHDRAWN');

-- The identities an account had before a succession: read-only history.
CREATE TABLE former_facilities (
  facility_code text        NOT NULL PRIMARY KEY,
  account_id    uuid        NOT NULL REFERENCES accounts (id),
  succession_id uuid        NOT NULL REFERENCES successions (id),
  profile       jsonb       NOT NULL,
  until         timestamptz NOT NULL
);
CREATE INDEX former_facilities_by_account ON former_facilities (account_id, until);

-- Letters to be posted; printing them is the operator's side.
CREATE TABLE postal_items (
  id            uuid        NOT NULL PRIMARY KEY,
  kind          text        NOT NULL,
  succession_id uuid        REFERENCES successions (id),
  postal_code   text        NOT NULL,
  address       text        NOT NULL,
  addressee     text        NOT NULL,
  queued_at     timestamptz NOT NULL,
  posted_at     timestamptz
);

-- Mails wait here from the transaction that caused them until they are delivered.
CREATE TABLE outbox (
  id              uuid        NOT NULL PRIMARY KEY,
  kind            text        NOT NULL,
  recipient       text        NOT NULL,
  subject         text        NOT NULL,
  body            text        NOT NULL,
  account_id      uuid        REFERENCES accounts (id),
  state           text        NOT NULL,
  attempts        bigint      NOT NULL,
  queued_at       timestamptz NOT NULL,
  next_attempt_at timestamptz NOT NULL,
  expires_at      timestamptz NOT NULL,
  sent_at         timestamptz
);
CREATE INDEX outbox_due ON outbox (next_attempt_at) WHERE state IN ('QUEUED', 'DEFERRED');

-- Sandbox only: where mails arrive instead of at a mail server.
CREATE TABLE sandbox_messages (
  id           uuid        NOT NULL PRIMARY KEY,
  kind         text        NOT NULL,
  recipient    text        NOT NULL,
  subject      text        NOT NULL,
  body         text        NOT NULL,
  delivered_at timestamptz NOT NULL
);
CREATE INDEX sandbox_messages_by_time ON sandbox_messages (delivered_at, id);

-- Sandbox only: how far the service's clock is from the machine's.
CREATE TABLE sandbox_clock (
  "only"        bigint      NOT NULL PRIMARY KEY CHECK ("only" = 1),
  offset_micros bigint      NOT NULL
);

CREATE TABLE idempotency_keys (
  principal   uuid        NOT NULL,
  operation   text        NOT NULL,
  key         text        NOT NULL,
  fingerprint bytea       NOT NULL,
  answer      jsonb       NOT NULL,
  created_at  timestamptz NOT NULL,
  PRIMARY KEY (principal, operation, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

CREATE TABLE audit_log (
  id         uuid        NOT NULL PRIMARY KEY,
  at         timestamptz NOT NULL,
  actor      text        NOT NULL,
  action     text        NOT NULL,
  subject    text        NOT NULL,
  client     text,
  request_id text,
  details    jsonb
);
CREATE INDEX audit_log_by_subject ON audit_log (subject, at);
