-- When the password was last verified in the session.
ALTER TABLE sessions ADD COLUMN authenticated_at timestamptz NOT NULL DEFAULT '1970-01-01T00:00:00Z';
UPDATE sessions SET authenticated_at = created_at;
-- The hash of the token of the device that opened the session.
ALTER TABLE sessions ADD COLUMN device_hash bytea;
