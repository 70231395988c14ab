-- In which order lists were reconciled, and how many reconciliations there were when a list was marked as one to be reconciled first: the
-- newest is told by that and not by a clock (SEMANTICS S23).
ALTER TABLE reconciliation ADD COLUMN nth BIGINT;
UPDATE reconciliation SET nth = o.nth FROM (SELECT run, row_number() OVER (ORDER BY found_at, run) AS nth FROM reconciliation) o WHERE o.run = reconciliation.run;
ALTER TABLE must_reconcile ADD COLUMN nth BIGINT;
UPDATE must_reconcile SET nth = coalesce((SELECT max(c.nth) FROM reconciliation c WHERE c.found_at < must_reconcile.since), 0);
