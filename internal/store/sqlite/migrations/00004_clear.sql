-- Whether values that are missing empty what the destination has (SEMANTICS S16): nothing for off, asked until a run has proved it, on.

-- +goose Up
ALTER TABLE connections ADD COLUMN clear_empty text NOT NULL DEFAULT '' CHECK (clear_empty IN ('', 'asked', 'on'));
