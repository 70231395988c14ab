-- A process that is given up has its place among the batches that ended, and of a reconciliation planned_after says after which of them
-- somebody decided on it: whom the process may not be taken off for is told by that and not by a clock (SEMANTICS S17, S23).
UPDATE batch SET nth_end = coalesce((SELECT max(b.nth_end) FROM batch b WHERE b.acked_at < g.given_up_at), 0) FROM given_up g
  WHERE g.batch = batch.id AND batch.nth_end IS NULL;
UPDATE run SET planned_after = coalesce((SELECT max(b.nth_end) FROM batch b WHERE b.acked_at < c.decided_at), 0) FROM reconciliation c
  WHERE c.run = run.id AND c.decided_at IS NOT NULL;
