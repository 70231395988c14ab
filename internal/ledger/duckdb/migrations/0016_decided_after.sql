-- A process that is given up has its place among the batches that ended, and of a reconciliation planned_after says after which of them
-- somebody decided on it: whom the process may not be taken off for is told by that and not by a clock (SEMANTICS S17, S23). Up to
-- here there is the clock only, and what was given up had no number: all are counted anew, for between two numbers there is no room.
CREATE TEMP TABLE anew AS SELECT part, was, since, given_up, row_number() OVER (ORDER BY was, given_up, since, part) AS nth FROM (
  SELECT part, nth_end AS was, acked_at AS since, false AS given_up FROM batch WHERE nth_end IS NOT NULL
  UNION ALL SELECT part, coalesce((SELECT max(e.nth_end) FROM batch e WHERE e.acked_at < g.given_up_at), 0), g.given_up_at, true
    FROM batch b JOIN given_up g ON g.batch = b.id WHERE b.nth_end IS NULL);
UPDATE run SET planned_after = coalesce((SELECT max(a.nth) FROM anew a WHERE a.was <= run.planned_after AND (NOT a.given_up OR a.since <= run.planned_at)), 0)
  WHERE planned_after IS NOT NULL;
UPDATE run SET planned_after = coalesce((SELECT max(a.nth) FROM anew a WHERE a.since < c.decided_at), 0) FROM reconciliation c
  WHERE c.run = run.id AND c.decided_at IS NOT NULL;
UPDATE batch SET nth_end = a.nth FROM anew a WHERE a.part = batch.part;
DROP TABLE anew;
