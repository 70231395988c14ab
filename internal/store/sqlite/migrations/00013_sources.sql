-- Where the rows of a source lie that is no file: in a database, with the password to it.

-- +goose Up
ALTER TABLE sources ADD COLUMN database_options text NOT NULL DEFAULT '{}'; -- JSON
ALTER TABLE sources ADD COLUMN sealed_password blob; -- sealed, with the source's id as associated data; NULL without
