-- Lists of which the ledger may not know what was done last, for it was restored from a copy: nothing is written to them until
-- they were reconciled (SEMANTICS S23). restore_noticed are the runs that gave away that the ledger is the older one.
CREATE TABLE must_reconcile (account INTEGER NOT NULL, list BIGINT NOT NULL, since TIMESTAMP NOT NULL);
CREATE TABLE restore_noticed (run VARCHAR NOT NULL);
