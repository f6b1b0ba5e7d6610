-- An account with a code gives up a number that another account has. This fails if two accounts without a code have the
-- same number.
UPDATE accounts SET designation_receipt = NULL
WHERE facility_code IS NOT NULL AND EXISTS (
  SELECT 1 FROM accounts AS other
  WHERE other.designation_receipt = accounts.designation_receipt AND other.id <> accounts.id
);
DROP INDEX accounts_one_receipt;
ALTER TABLE accounts DROP COLUMN receipt_prefecture;
ALTER TABLE accounts ADD CONSTRAINT accounts_designation_receipt_key UNIQUE (designation_receipt);
