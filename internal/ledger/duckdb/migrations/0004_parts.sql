-- part is a batch's number among all batches: rows of a batch are found by it, for a column of growing numbers is not
-- read where they cannot be. split says that the rows of a batch went to its halves.
-- Standings are brought up to date in bulk: first_sent_at and acked_at say what a batch has to tell them, folded how much
-- of it they know (1: that it was sent, 2: all).
ALTER TABLE batch ADD COLUMN part BIGINT;
ALTER TABLE batch ADD COLUMN split BOOLEAN;
ALTER TABLE batch ADD COLUMN first_sent_at TIMESTAMP;
ALTER TABLE batch ADD COLUMN acked_at TIMESTAMP;
ALTER TABLE batch ADD COLUMN folded INTEGER;
ALTER TABLE run_row ADD COLUMN part BIGINT;
UPDATE batch SET part = n.nth FROM (SELECT id, row_number() OVER (ORDER BY run, seq) AS nth FROM batch) n WHERE n.id = batch.id;
UPDATE run_row SET part = b.part FROM batch b WHERE b.id = run_row.batch;
UPDATE batch SET split = part NOT IN (SELECT part FROM run_row WHERE part IS NOT NULL), first_sent_at = sent_at,
  folded = CASE WHEN state = 'ended' THEN 2 WHEN attempts > 0 THEN 1 ELSE 0 END;
