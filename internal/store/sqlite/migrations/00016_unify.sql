-- Profiles from several tables: how these are unified, what people said of pairs of rows, and what happened to the ids of profiles.

-- +goose Up
ALTER TABLE profile ADD COLUMN unify text; -- JSON, NULL where there is one table

CREATE TABLE match_pairs (
    number integer PRIMARY KEY AUTOINCREMENT,
    a_source text NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    a_key text NOT NULL,
    b_source text NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    b_key text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('always', 'never')),
    made_at integer NOT NULL,
    made_by text NOT NULL,
    UNIQUE (a_source, a_key, b_source, b_key)
) STRICT;

CREATE TABLE profile_changes (
    number integer PRIMARY KEY AUTOINCREMENT,
    at integer NOT NULL,
    kind text NOT NULL CHECK (kind IN ('merged', 'split')),
    profile text NOT NULL,
    other text NOT NULL
) STRICT;
