-- Fails if two live successions have the same successor.
UPDATE successions SET status = 'WITHDRAWN' WHERE status = 'LAPSED';
DROP INDEX successions_one_live_predecessor;
CREATE UNIQUE INDEX successions_one_live_predecessor ON successions (predecessor_code)
  WHERE status NOT IN ('REJECTED', 'WITHDRAWN');
DROP INDEX successions_by_successor;
CREATE UNIQUE INDEX successions_one_live_successor ON successions (successor_code)
  WHERE status NOT IN ('REJECTED', 'WITHDRAWN');
