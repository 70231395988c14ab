-- Emptying values (SEMANTICS S16). clear says that a batch goes out so that its empty values empty what is stored; probe that it
-- is the one on which that is proved, before any other.
ALTER TABLE batch ADD COLUMN clear BOOLEAN;
ALTER TABLE batch ADD COLUMN probe BOOLEAN;
UPDATE batch SET clear = false, probe = false;
-- What the contacts of such a batch had before, of attributes that its rows do not name: keyed hashes (S2, S35). attribute is empty
-- for the contact itself. stale says that something was stored where the row is empty.
CREATE TABLE clear_before (run VARCHAR NOT NULL, batch VARCHAR NOT NULL, address VARCHAR NOT NULL, attribute VARCHAR NOT NULL, value BLOB, modified_at TIMESTAMP, stale BOOLEAN);
