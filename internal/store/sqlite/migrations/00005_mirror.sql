-- Whether runs over a connection leave the account's contacts unread (SEMANTICS S2), and whether a run was asked to read them now.

-- +goose Up
ALTER TABLE connections ADD COLUMN mirror_off integer NOT NULL DEFAULT 0 CHECK (mirror_off IN (0, 1));
ALTER TABLE runs ADD COLUMN refresh_mirror integer NOT NULL DEFAULT 0 CHECK (refresh_mirror IN (0, 1));
