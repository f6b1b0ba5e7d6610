-- A malware scanner examines contents after they have arrived. Contents that are stored already were not scanned.
ALTER TABLE uploads ADD COLUMN received_at INTEGER;
ALTER TABLE uploads ADD COLUMN refused_at INTEGER;
UPDATE uploads SET received_at = stored_at;
-- A row is an upload whose content waits for the scanner, or was refused and is not deleted yet.
CREATE TABLE scans (
  upload_id       BLOB    NOT NULL PRIMARY KEY REFERENCES uploads (id),
  account_id      BLOB    NOT NULL REFERENCES accounts (id),
  attempts        INTEGER NOT NULL,
  received_at     INTEGER NOT NULL,
  next_attempt_at INTEGER NOT NULL,
  lease_holder    BLOB,
  leased_until    INTEGER
) STRICT;
CREATE INDEX scans_due ON scans (next_attempt_at);
