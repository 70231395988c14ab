-- Which of the lists that exports write to a contact is on, as the mirror was shown it (SEMANTICS S2), and by which reading: the
-- readings of an account are numbered, so that what came first is told without a clock. What was read before does not know it:
-- everything is read once more.
ALTER TABLE account ADD COLUMN readings BIGINT;
ALTER TABLE account ADD COLUMN mirror_round BIGINT;
ALTER TABLE mirror ADD COLUMN lists BIGINT[];
ALTER TABLE mirror ADD COLUMN reading BIGINT;
UPDATE account SET readings = 0, mirror_full_at = NULL, mirror_as_of = NULL;
-- Whom Segue wrote to a list and took off it, as keyed hashes, and after which reading of the mirror: if she is refused and a later
-- reading shows her there, she is taken off again (S7).
CREATE TABLE taken_off (account INTEGER NOT NULL, list BIGINT NOT NULL, owner BLOB NOT NULL, reading BIGINT NOT NULL);
INSERT INTO taken_off SELECT DISTINCT r.account, x.list, x.owner, 0 FROM run_row x JOIN run r ON r.id = x.run
  WHERE x.kind IN ('leaver', 'refusal') AND x.bucket = 'removed' AND x.owner IS NOT NULL;
