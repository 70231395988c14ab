-- Whom the plan of a run removes that a person released, kept when the run is planned again half-way: all plans after it together may
-- remove few others (SEMANTICS S26).
CREATE TABLE released_leaver (run VARCHAR NOT NULL, list BIGINT NOT NULL, address VARCHAR NOT NULL);
