-- Each regional bureau counts its receipt numbers of applications for designation by itself, so a number is unique only in a
-- prefecture and kind, and only while it stands in for a facility code.
-- SQLite cannot drop the old constraint, so the table is copied.
CREATE TABLE new_accounts (
  id                  BLOB    NOT NULL PRIMARY KEY,
  email               TEXT    NOT NULL,
  email_key           TEXT    NOT NULL UNIQUE,
  password_hash       TEXT    NOT NULL,
  kind                TEXT    NOT NULL,
  facility_code       TEXT    UNIQUE,
  designation_receipt TEXT,
  receipt_prefecture  TEXT,
  profile             TEXT    NOT NULL CHECK (json_valid(profile)),
  version             INTEGER NOT NULL,
  created_at          INTEGER NOT NULL,
  updated_at          INTEGER NOT NULL,
  CHECK (facility_code IS NOT NULL OR designation_receipt IS NOT NULL)
) STRICT;
INSERT INTO new_accounts
  (id, email, email_key, password_hash, kind, facility_code, designation_receipt, profile, version, created_at, updated_at)
  SELECT id, email, email_key, password_hash, kind, facility_code, designation_receipt, profile, version, created_at, updated_at
  FROM accounts;
DROP TABLE accounts;
ALTER TABLE new_accounts RENAME TO accounts;
CREATE UNIQUE INDEX accounts_one_receipt ON accounts (designation_receipt, kind, COALESCE(receipt_prefecture, ''))
  WHERE facility_code IS NULL;
WITH prefectures (number, name) AS (VALUES
  ('01', '北海道'), ('02', '青森県'), ('03', '岩手県'), ('04', '宮城県'), ('05', '秋田県'), ('06', '山形県'),
  ('07', '福島県'), ('08', '茨城県'), ('09', '栃木県'), ('10', '群馬県'), ('11', '埼玉県'), ('12', '千葉県'),
  ('13', '東京都'), ('14', '神奈川県'), ('15', '新潟県'), ('16', '富山県'), ('17', '石川県'), ('18', '福井県'),
  ('19', '山梨県'), ('20', '長野県'), ('21', '岐阜県'), ('22', '静岡県'), ('23', '愛知県'), ('24', '三重県'),
  ('25', '滋賀県'), ('26', '京都府'), ('27', '大阪府'), ('28', '兵庫県'), ('29', '奈良県'), ('30', '和歌山県'),
  ('31', '鳥取県'), ('32', '島根県'), ('33', '岡山県'), ('34', '広島県'), ('35', '山口県'), ('36', '徳島県'),
  ('37', '香川県'), ('38', '愛媛県'), ('39', '高知県'), ('40', '福岡県'), ('41', '佐賀県'), ('42', '長崎県'),
  ('43', '熊本県'), ('44', '大分県'), ('45', '宮崎県'), ('46', '鹿児島県'), ('47', '沖縄県')
)
UPDATE accounts SET receipt_prefecture =
  (SELECT number FROM prefectures WHERE json_extract(accounts.profile, '$.facility.address') LIKE name || '%')
WHERE designation_receipt IS NOT NULL;
