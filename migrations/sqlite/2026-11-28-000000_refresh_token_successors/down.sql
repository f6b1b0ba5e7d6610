DROP INDEX refresh_tokens_salted_by_age;
DROP INDEX refresh_tokens_salted_by_session;
ALTER TABLE refresh_tokens DROP COLUMN successor_salt;
