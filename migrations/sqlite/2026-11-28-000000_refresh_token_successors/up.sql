-- From a replaced token and this salt the service computes the token's successor again.
ALTER TABLE refresh_tokens ADD COLUMN successor_salt BLOB;
