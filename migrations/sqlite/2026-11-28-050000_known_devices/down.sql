DROP TABLE wrong_passwords;
DROP TABLE known_devices;
CREATE TABLE known_clients (
  account_id   BLOB    NOT NULL REFERENCES accounts (id),
  client       TEXT    NOT NULL,
  last_used_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, client)
) STRICT;
