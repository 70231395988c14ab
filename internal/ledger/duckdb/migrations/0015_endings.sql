-- In which order batches ended, and after which of them a run was planned: what was taken off lists since a plan is told by that
-- and not by a clock (SEMANTICS S7).
ALTER TABLE batch ADD COLUMN nth_end BIGINT;
ALTER TABLE run ADD COLUMN planned_after BIGINT;
UPDATE batch SET nth_end = o.nth FROM (SELECT id, row_number() OVER (ORDER BY acked_at, part) AS nth FROM batch WHERE acked_at IS NOT NULL) o WHERE o.id = batch.id;
UPDATE run SET planned_after = coalesce((SELECT max(b.nth_end) FROM batch b WHERE b.acked_at < run.planned_at), 0);
