-- When the password was last verified in the session.
ALTER TABLE sessions ADD COLUMN authenticated_at INTEGER NOT NULL DEFAULT 0;
UPDATE sessions SET authenticated_at = created_at;
-- The hash of the token of the device that opened the session.
ALTER TABLE sessions ADD COLUMN device_hash BLOB;
