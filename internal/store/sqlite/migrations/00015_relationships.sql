-- How the rows of tables belong to profiles or to rows of other tables. They never change.

-- +goose Up
CREATE TABLE relationships (
    id text PRIMARY KEY NOT NULL CHECK (id <> ''),
    name text NOT NULL,
    name_key text NOT NULL UNIQUE,
    from_source text NOT NULL REFERENCES sources (id),
    to_source text REFERENCES sources (id), -- NULL for the profiles
    keys text NOT NULL, -- JSON
    created_at integer NOT NULL
) STRICT;
