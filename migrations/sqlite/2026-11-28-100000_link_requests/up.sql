-- Requests for a mailed link wait here, so that the answer leaves before anybody looks up whether the address has an
-- account. The job that answers a request deletes its row.
CREATE TABLE link_requests (
  id              BLOB    NOT NULL PRIMARY KEY,
  purpose         TEXT    NOT NULL,
  email           TEXT    NOT NULL,
  email_key       TEXT    NOT NULL,
  account_id      BLOB    REFERENCES accounts (id),
  client          TEXT,
  request_id      TEXT,
  attempts        INTEGER NOT NULL,
  requested_at    INTEGER NOT NULL,
  next_attempt_at INTEGER NOT NULL,
  expires_at      INTEGER NOT NULL,
  lease_holder    BLOB,
  leased_until    INTEGER
) STRICT;
CREATE INDEX link_requests_due ON link_requests (next_attempt_at);
-- A new request, a new password and a new address end the open links of an account.
CREATE INDEX links_by_account ON links (account_id) WHERE used_at IS NULL;
