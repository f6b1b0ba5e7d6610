DROP TABLE wrong_passwords;
DROP TABLE known_devices;
CREATE TABLE known_clients (
  account_id   uuid        NOT NULL REFERENCES accounts (id),
  client       text        NOT NULL,
  last_used_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, client)
);
