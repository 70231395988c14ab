-- Reconciling a list (SEMANTICS S23). list_reading holds who is on the list until it is compared: keyed hashes and the
-- destination's numbers (S2). found_contact are the numbers of those rows of a run that are extra on its list.
CREATE TABLE list_reading (run VARCHAR NOT NULL, contact BIGINT NOT NULL, owner BLOB NOT NULL);
CREATE TABLE found_contact (run VARCHAR NOT NULL, number BIGINT NOT NULL, contact BIGINT NOT NULL);
-- What was found, and decided. ledger is a digest of what the ledger said of the list then. left_over is how many people
-- more (less) than the ledger says were left on the list by decision. Not pruned: the newest one says what to expect.
CREATE TABLE reconciliation (
  run VARCHAR NOT NULL, account INTEGER NOT NULL, export VARCHAR NOT NULL, list BIGINT NOT NULL, found_at TIMESTAMP NOT NULL,
  ledger VARCHAR NOT NULL, result VARCHAR NOT NULL, decided_at TIMESTAMP, left_over BIGINT
);
