-- Devices that have logged in to an account before, each with the hash of a secret of its own. An address is no secret:
-- a stranger may share it, and the owner's changes.
DROP TABLE known_clients;
CREATE TABLE known_devices (
  token_hash   bytea       NOT NULL PRIMARY KEY,
  account_id   uuid        NOT NULL REFERENCES accounts (id),
  last_used_at timestamptz NOT NULL,
  logins       bigint      NOT NULL DEFAULT 1 CHECK (logins > 0),
  failures     bigint      NOT NULL DEFAULT 0 CHECK (failures >= 0)
);
CREATE INDEX known_devices_by_account ON known_devices (account_id, last_used_at);
CREATE INDEX known_devices_by_use ON known_devices (last_used_at);

-- Wrong passwords in a row, by the pseudonym of those who sent them. Addresses without an account are counted as well,
-- so that nobody can tell them from others.
CREATE TABLE wrong_passwords (
  pseudonym bytea       NOT NULL PRIMARY KEY,
  in_a_row  bigint      NOT NULL CHECK (in_a_row > 0),
  last_at   timestamptz NOT NULL
);
CREATE INDEX wrong_passwords_by_age ON wrong_passwords (last_at);
