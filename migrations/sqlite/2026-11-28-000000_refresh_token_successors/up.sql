-- From a replaced token and this salt the service computes the token's successor again.
ALTER TABLE refresh_tokens ADD COLUMN successor_salt BLOB;
-- At most one token of a session has a salt. A refresh erases it by the session, and housekeeping by its age, so neither
-- reads the tokens that were replaced long ago.
CREATE INDEX refresh_tokens_salted_by_session ON refresh_tokens (session_id) WHERE successor_salt IS NOT NULL;
CREATE INDEX refresh_tokens_salted_by_age ON refresh_tokens (replaced_at) WHERE successor_salt IS NOT NULL;
