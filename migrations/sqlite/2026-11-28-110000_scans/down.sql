DROP TABLE scans;
ALTER TABLE uploads DROP COLUMN refused_at;
ALTER TABLE uploads DROP COLUMN received_at;
