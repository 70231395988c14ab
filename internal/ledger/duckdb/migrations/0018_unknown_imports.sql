-- Of whom it was not known what an import did when its rows were dropped, and who had opted out (SEMANTICS S8, S35): keyed hashes (S2). It may have
-- made a contact anew that does not show it.
CREATE TABLE unknown_import (account INTEGER NOT NULL, owner BLOB NOT NULL);
