-- Whom a removed export had kept on a list when they left it (SEMANTICS S20): keyed hashes (S2). Whoever is adopted from it stays
-- kept, for nobody but a person takes the kept off.
CREATE TABLE orphan_kept (account INTEGER NOT NULL, list BIGINT NOT NULL, export VARCHAR NOT NULL, owner BLOB NOT NULL);
-- Which export adopted how many on whose word (S20).
CREATE TABLE adoption (
  account INTEGER NOT NULL, list BIGINT NOT NULL, export VARCHAR NOT NULL, adopted_by VARCHAR NOT NULL, adopted_at TIMESTAMP NOT NULL,
  owned BIGINT NOT NULL, there_before BIGINT NOT NULL, kept BIGINT NOT NULL, known BIGINT NOT NULL
);
