-- Column types: id = BLOB of 16 bytes, instant = INTEGER microseconds since 1970 in UTC,
-- day = TEXT YYYY-MM-DD, document = TEXT holding JSON. Codes are TEXT with their leading zeros.

CREATE TABLE facilities (
  code         TEXT    NOT NULL PRIMARY KEY,
  kind         TEXT    NOT NULL,
  name         TEXT    NOT NULL,
  name_key     TEXT    NOT NULL,
  postal_code  TEXT    NOT NULL,
  address      TEXT    NOT NULL,
  address_key  TEXT    NOT NULL,
  phone        TEXT,
  founder_name TEXT,
  listed_at    INTEGER NOT NULL,
  changed_at   INTEGER NOT NULL,
  delisted_at  INTEGER
) STRICT;
CREATE INDEX facilities_by_address ON facilities (kind, address_key);
CREATE INDEX facilities_by_name ON facilities (kind, name_key);

CREATE TABLE accounts (
  id                  BLOB    NOT NULL PRIMARY KEY,
  email               TEXT    NOT NULL,
  email_key           TEXT    NOT NULL UNIQUE,
  password_hash       TEXT    NOT NULL,
  kind                TEXT    NOT NULL,
  facility_code       TEXT    UNIQUE,
  designation_receipt TEXT    UNIQUE,
  profile             TEXT    NOT NULL CHECK (json_valid(profile)),
  version             INTEGER NOT NULL,
  created_at          INTEGER NOT NULL,
  updated_at          INTEGER NOT NULL,
  CHECK (facility_code IS NOT NULL OR designation_receipt IS NOT NULL)
) STRICT;

-- The identities an account had before a succession: read-only history.
CREATE TABLE former_facilities (
  facility_code TEXT    NOT NULL PRIMARY KEY,
  account_id    BLOB    NOT NULL REFERENCES accounts (id),
  succession_id BLOB    NOT NULL REFERENCES successions (id),
  profile       TEXT    NOT NULL CHECK (json_valid(profile)),
  until         INTEGER NOT NULL
) STRICT;
CREATE INDEX former_facilities_by_account ON former_facilities (account_id, until);

-- Mailed links: registration, password reset, e-mail change. Only the token's hash is kept.
CREATE TABLE links (
  id         BLOB    NOT NULL PRIMARY KEY,
  purpose    TEXT    NOT NULL,
  token_hash BLOB    NOT NULL UNIQUE,
  email      TEXT    NOT NULL,
  email_key  TEXT    NOT NULL,
  account_id BLOB    REFERENCES accounts (id),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at    INTEGER
) STRICT;
CREATE INDEX links_by_address ON links (purpose, email_key);
CREATE INDEX links_by_expiry ON links (expires_at);

CREATE TABLE sessions (
  id           BLOB    NOT NULL PRIMARY KEY,
  account_id   BLOB    NOT NULL REFERENCES accounts (id),
  client       TEXT    NOT NULL,
  user_agent   TEXT,
  created_at   INTEGER NOT NULL,
  last_used_at INTEGER NOT NULL,
  expires_at   INTEGER NOT NULL,
  ended_at     INTEGER
) STRICT;
CREATE INDEX sessions_by_account ON sessions (account_id, created_at);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE refresh_tokens (
  token_hash  BLOB    NOT NULL PRIMARY KEY,
  session_id  BLOB    NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  issued_at   INTEGER NOT NULL,
  replaced_at INTEGER
) STRICT;
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);

-- Clients that have logged in to an account before: they keep a budget of their own.
CREATE TABLE known_clients (
  account_id   BLOB    NOT NULL REFERENCES accounts (id),
  client       TEXT    NOT NULL,
  last_used_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, client)
) STRICT;

-- Rounds of the transitional measure are data, effective-dated: one row per edition.
CREATE TABLE round_editions (
  round          TEXT    NOT NULL,
  effective_from TEXT    NOT NULL,
  edition        TEXT    NOT NULL CHECK (json_valid(edition)),
  loaded_at      INTEGER NOT NULL,
  PRIMARY KEY (round, effective_from)
) STRICT;

CREATE TABLE uploads (
  id           BLOB    NOT NULL PRIMARY KEY,
  account_id   BLOB    NOT NULL REFERENCES accounts (id),
  file_name    TEXT    NOT NULL,
  media_type   TEXT    NOT NULL,
  size_bytes   INTEGER NOT NULL,
  sha256       TEXT    NOT NULL,
  created_at   INTEGER NOT NULL,
  expires_at   INTEGER NOT NULL,
  stored_at    INTEGER
) STRICT;
CREATE INDEX uploads_by_account ON uploads (account_id, created_at);

CREATE TABLE declarations (
  id             BLOB    NOT NULL PRIMARY KEY,
  facility_code  TEXT    NOT NULL,
  round          TEXT    NOT NULL,
  receipt_number TEXT    NOT NULL UNIQUE,
  status         TEXT    NOT NULL,
  revision       INTEGER NOT NULL,
  content        TEXT    NOT NULL CHECK (json_valid(content)),
  late           INTEGER NOT NULL,
  review         TEXT    CHECK (review IS NULL OR json_valid(review)),
  version        INTEGER NOT NULL,
  created_at     INTEGER NOT NULL,
  updated_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX declarations_by_facility ON declarations (facility_code, created_at);
CREATE UNIQUE INDEX declarations_one_live ON declarations (facility_code, round)
  WHERE status NOT IN ('REJECTED', 'WITHDRAWN');

CREATE TABLE declaration_revisions (
  declaration_id BLOB    NOT NULL REFERENCES declarations (id),
  revision       INTEGER NOT NULL,
  facility_code  TEXT    NOT NULL,
  content        TEXT    NOT NULL CHECK (json_valid(content)),
  filed_by       BLOB    NOT NULL REFERENCES accounts (id),
  filed_at       INTEGER NOT NULL,
  PRIMARY KEY (declaration_id, revision)
) STRICT;

CREATE TABLE successions (
  id               BLOB    NOT NULL PRIMARY KEY,
  account_id       BLOB    NOT NULL REFERENCES accounts (id),
  predecessor_code TEXT    NOT NULL,
  successor_code   TEXT    NOT NULL,
  receipt_number   TEXT    NOT NULL UNIQUE,
  status           TEXT    NOT NULL,
  change_date      TEXT    NOT NULL,
  form             TEXT    NOT NULL CHECK (json_valid(form)),
  review           TEXT    CHECK (review IS NULL OR json_valid(review)),
  version          INTEGER NOT NULL,
  created_at       INTEGER NOT NULL,
  updated_at       INTEGER NOT NULL,
  accepted_at      INTEGER,
  CHECK (predecessor_code <> successor_code)
) STRICT;
CREATE INDEX successions_by_account ON successions (account_id, created_at);
CREATE UNIQUE INDEX successions_one_live_predecessor ON successions (predecessor_code)
  WHERE status NOT IN ('REJECTED', 'WITHDRAWN');
CREATE UNIQUE INDEX successions_one_live_successor ON successions (successor_code)
  WHERE status NOT IN ('REJECTED', 'WITHDRAWN');

-- Letters to be posted; printing them is the operator's side.
CREATE TABLE postal_items (
  id            BLOB    NOT NULL PRIMARY KEY,
  kind          TEXT    NOT NULL,
  succession_id BLOB    REFERENCES successions (id),
  postal_code   TEXT    NOT NULL,
  address       TEXT    NOT NULL,
  addressee     TEXT    NOT NULL,
  queued_at     INTEGER NOT NULL,
  posted_at     INTEGER
) STRICT;

-- Mails wait here from the transaction that caused them until they are delivered.
CREATE TABLE outbox (
  id              BLOB    NOT NULL PRIMARY KEY,
  kind            TEXT    NOT NULL,
  recipient       TEXT    NOT NULL,
  subject         TEXT    NOT NULL,
  body            TEXT    NOT NULL,
  account_id      BLOB    REFERENCES accounts (id),
  state           TEXT    NOT NULL,
  attempts        INTEGER NOT NULL,
  queued_at       INTEGER NOT NULL,
  next_attempt_at INTEGER NOT NULL,
  expires_at      INTEGER NOT NULL,
  sent_at         INTEGER
) STRICT;
CREATE INDEX outbox_due ON outbox (next_attempt_at) WHERE state IN ('QUEUED', 'DEFERRED');

-- Sandbox only: where mails arrive instead of at a mail server.
CREATE TABLE sandbox_messages (
  id           BLOB    NOT NULL PRIMARY KEY,
  kind         TEXT    NOT NULL,
  recipient    TEXT    NOT NULL,
  subject      TEXT    NOT NULL,
  body         TEXT    NOT NULL,
  delivered_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sandbox_messages_by_time ON sandbox_messages (delivered_at, id);

-- Sandbox only: how far the service's clock is from the machine's.
CREATE TABLE sandbox_clock (
  only          INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
  offset_micros INTEGER NOT NULL
) STRICT;

CREATE TABLE idempotency_keys (
  principal   BLOB    NOT NULL,
  operation   TEXT    NOT NULL,
  key         TEXT    NOT NULL,
  fingerprint BLOB    NOT NULL,
  answer      TEXT    NOT NULL CHECK (json_valid(answer)),
  created_at  INTEGER NOT NULL,
  PRIMARY KEY (principal, operation, key)
) STRICT;
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

CREATE TABLE audit_log (
  id         BLOB    NOT NULL PRIMARY KEY,
  at         INTEGER NOT NULL,
  actor      TEXT    NOT NULL,
  action     TEXT    NOT NULL,
  subject    TEXT    NOT NULL,
  client     TEXT,
  request_id TEXT,
  details    TEXT    CHECK (details IS NULL OR json_valid(details))
) STRICT;
CREATE INDEX audit_log_by_subject ON audit_log (subject, at);
