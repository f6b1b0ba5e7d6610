-- Several facilities may merge into one, and an undecided succession keeps nobody from the code that it names: staff
-- decide which is right. A succession that lapsed makes room for the next one of its predecessor.
DROP INDEX successions_one_live_successor;
CREATE INDEX successions_by_successor ON successions (successor_code);
DROP INDEX successions_one_live_predecessor;
CREATE UNIQUE INDEX successions_one_live_predecessor ON successions (predecessor_code)
  WHERE status NOT IN ('REJECTED', 'WITHDRAWN', 'LAPSED');
