-- What reading a list back has found, and what a person decided of it (SEMANTICS S23).

-- +goose Up
ALTER TABLE runs ADD COLUMN reconciliation text; -- JSON, NULL for runs that send
