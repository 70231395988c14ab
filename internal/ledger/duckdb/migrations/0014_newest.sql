-- When what a reading of the account's contacts showed was changed last, by the account's own clock: the next reading asks for what
-- was changed since, and a clock here that is ahead must not leave out whoever opted out meanwhile (SEMANTICS S2, S8).
CREATE TABLE mirror_newest (account INTEGER NOT NULL, modified_at TIMESTAMP NOT NULL);
