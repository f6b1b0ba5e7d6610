-- An account with a code gives up a number that another account has. This fails if two accounts without a code have the
-- same number.
UPDATE accounts SET designation_receipt = NULL
WHERE facility_code IS NOT NULL AND EXISTS (
  SELECT 1 FROM accounts AS other
  WHERE other.designation_receipt = accounts.designation_receipt AND other.id <> accounts.id
);
CREATE TABLE new_accounts (
  id                  BLOB    NOT NULL PRIMARY KEY,
  email               TEXT    NOT NULL,
  email_key           TEXT    NOT NULL UNIQUE,
  password_hash       TEXT    NOT NULL,
  kind                TEXT    NOT NULL,
  facility_code       TEXT    UNIQUE,
  designation_receipt TEXT UNIQUE,
  profile             TEXT    NOT NULL CHECK (json_valid(profile)),
  version             INTEGER NOT NULL,
  created_at          INTEGER NOT NULL,
  updated_at          INTEGER NOT NULL,
  CHECK (facility_code IS NOT NULL OR designation_receipt IS NOT NULL)
) STRICT;
INSERT INTO new_accounts
  (id, email, email_key, password_hash, kind, facility_code, designation_receipt, profile, version, created_at, updated_at)
  SELECT id, email, email_key, password_hash, kind, facility_code, designation_receipt, profile, version, created_at, updated_at
  FROM accounts;
DROP TABLE accounts;
ALTER TABLE new_accounts RENAME TO accounts;
