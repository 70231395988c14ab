-- How the account writes a contact's address, as a keyed hash (SEMANTICS S2): two contacts of one normal form are told from one that
-- was deleted and made anew (S8). What was read before does not know it: everything is read once more.
ALTER TABLE mirror ADD COLUMN written BLOB;
UPDATE account SET mirror_full_at = NULL, mirror_as_of = NULL;
