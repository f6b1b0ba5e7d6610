-- Mails as HTML beside the plain text. Rows of the version before have none and go out as plain text.
ALTER TABLE outbox ADD COLUMN html text NOT NULL DEFAULT '';
ALTER TABLE sandbox_messages ADD COLUMN html text NOT NULL DEFAULT '';

-- Who is sending the mail at the moment, and until when nobody else may.
ALTER TABLE outbox ADD COLUMN lease_holder uuid;
ALTER TABLE outbox ADD COLUMN leased_until timestamptz;
-- Why the last attempt failed.
ALTER TABLE outbox ADD COLUMN failure text;
-- The part of the recipient behind the @: mails to one domain wait for each other, never for another's.
ALTER TABLE outbox ADD COLUMN recipient_domain text NOT NULL DEFAULT '';
UPDATE outbox SET recipient_domain = split_part(recipient, '@', 2);

CREATE INDEX outbox_by_account ON outbox (account_id, queued_at);
