-- In which order runs were planned: a refusal that one carried out holds for those that were planned before it (SEMANTICS S7),
-- whatever the clock said.
ALTER TABLE run ADD COLUMN nth BIGINT;
UPDATE run SET nth = o.nth FROM (SELECT id, row_number() OVER (ORDER BY as_of, planned_at, id) AS nth FROM run) o WHERE o.id = run.id;
