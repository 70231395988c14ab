-- What a contact was last sent, by whichever export, for addresses that stand in more than one place: attributes belong to the
-- contact and acknowledgements to a list and an export (SEMANTICS S12). Keyed hashes; NULL where it is not known.
CREATE TABLE held_value (account INTEGER NOT NULL, owner BLOB NOT NULL, attribute VARCHAR NOT NULL, value BLOB);
