DROP INDEX outbox_by_account;
ALTER TABLE outbox DROP COLUMN recipient_domain;
ALTER TABLE outbox DROP COLUMN failure;
ALTER TABLE outbox DROP COLUMN leased_until;
ALTER TABLE outbox DROP COLUMN lease_holder;
ALTER TABLE sandbox_messages DROP COLUMN html;
ALTER TABLE outbox DROP COLUMN html;
