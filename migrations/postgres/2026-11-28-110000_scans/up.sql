-- A malware scanner examines contents after they have arrived. Contents that are stored already were not scanned.
ALTER TABLE uploads ADD COLUMN received_at timestamptz;
ALTER TABLE uploads ADD COLUMN refused_at timestamptz;
UPDATE uploads SET received_at = stored_at;
-- A row is an upload whose content waits for the scanner, or was refused and is not deleted yet.
CREATE TABLE scans (
  upload_id       uuid        NOT NULL PRIMARY KEY REFERENCES uploads (id),
  account_id      uuid        NOT NULL REFERENCES accounts (id),
  attempts        bigint      NOT NULL,
  received_at     timestamptz NOT NULL,
  next_attempt_at timestamptz NOT NULL,
  lease_holder    uuid,
  leased_until    timestamptz
);
CREATE INDEX scans_due ON scans (next_attempt_at);
