DROP INDEX links_by_account;
DROP TABLE link_requests;
