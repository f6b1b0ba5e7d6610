-- Mails as HTML beside the plain text. Rows of the version before have none and go out as plain text.
ALTER TABLE outbox ADD COLUMN html TEXT NOT NULL DEFAULT '';
ALTER TABLE sandbox_messages ADD COLUMN html TEXT NOT NULL DEFAULT '';

-- Who is sending the mail at the moment, and until when nobody else may.
ALTER TABLE outbox ADD COLUMN lease_holder BLOB;
ALTER TABLE outbox ADD COLUMN leased_until INTEGER;
-- Why the last attempt failed.
ALTER TABLE outbox ADD COLUMN failure TEXT;
-- The part of the recipient behind the @: mails to one domain wait for each other, never for another's.
ALTER TABLE outbox ADD COLUMN recipient_domain TEXT NOT NULL DEFAULT '';
UPDATE outbox SET recipient_domain = substr(recipient, instr(recipient, '@') + 1);

CREATE INDEX outbox_by_account ON outbox (account_id, queued_at);
