ALTER TABLE sessions DROP COLUMN device_hash;
ALTER TABLE sessions DROP COLUMN authenticated_at;
