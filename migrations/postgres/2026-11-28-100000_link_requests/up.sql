-- Requests for a mailed link wait here, so that the answer leaves before anybody looks up whether the address has an
-- account. The job that answers a request deletes its row.
CREATE TABLE link_requests (
  id              uuid        NOT NULL PRIMARY KEY,
  purpose         text        NOT NULL,
  email           text        NOT NULL,
  email_key       text        NOT NULL,
  account_id      uuid        REFERENCES accounts (id),
  client          text,
  request_id      text,
  attempts        bigint      NOT NULL,
  requested_at    timestamptz NOT NULL,
  next_attempt_at timestamptz NOT NULL,
  expires_at      timestamptz NOT NULL,
  lease_holder    uuid,
  leased_until    timestamptz
);
CREATE INDEX link_requests_due ON link_requests (next_attempt_at);
-- A new request, a new password and a new address end the open links of an account.
CREATE INDEX links_by_account ON links (account_id) WHERE used_at IS NULL;
