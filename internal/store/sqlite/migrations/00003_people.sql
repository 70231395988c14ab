-- People who may sign in, where they are signed in, the tokens of their programs, and the log of what was done.
-- Secrets are only kept as hashes, or sealed.

-- +goose Up
CREATE TABLE people (
    id text PRIMARY KEY NOT NULL CHECK (id <> ''),
    name text NOT NULL,
    email text NOT NULL UNIQUE, -- normalised
    role text NOT NULL,
    sees_persons integer NOT NULL CHECK (sees_persons IN (0, 1)),
    off integer NOT NULL CHECK (off IN (0, 1)),
    password_hash text NOT NULL, -- empty without a password
    sealed_totp blob NOT NULL, -- empty without
    totp_step integer NOT NULL,
    issuer text NOT NULL,
    subject text NOT NULL,
    created_at integer NOT NULL,
    updated_at integer NOT NULL,
    version integer NOT NULL CHECK (version > 0)
) STRICT;

CREATE UNIQUE INDEX people_subject ON people (issuer, subject) WHERE issuer <> '';

CREATE TABLE sessions (
    id text PRIMARY KEY NOT NULL CHECK (id <> ''),
    person_id text NOT NULL REFERENCES people (id),
    hash blob NOT NULL UNIQUE,
    created_at integer NOT NULL,
    seen_at integer NOT NULL,
    proved_at integer NOT NULL,
    ends_at integer NOT NULL,
    from_address text NOT NULL,
    agent text NOT NULL
) STRICT;

CREATE INDEX sessions_person ON sessions (person_id, id);

CREATE TABLE tokens (
    id text PRIMARY KEY NOT NULL CHECK (id <> ''),
    person_id text NOT NULL REFERENCES people (id),
    name text NOT NULL,
    name_key text NOT NULL,
    role text NOT NULL,
    hash blob NOT NULL UNIQUE,
    tail text NOT NULL,
    created_at integer NOT NULL,
    expires_at integer NOT NULL,
    used_at integer NOT NULL,
    UNIQUE (person_id, name_key)
) STRICT;

CREATE TABLE devices ( -- browsers that somebody has signed in at: strangers' guesses do not slow these down
    hash blob PRIMARY KEY NOT NULL,
    person_id text NOT NULL REFERENCES people (id),
    seen_at integer NOT NULL
) STRICT;

ALTER TABLE connections ADD COLUMN shared integer NOT NULL DEFAULT 0 CHECK (shared IN (0, 1)); -- whether contributors may use it

CREATE TABLE audit (
    number integer PRIMARY KEY NOT NULL CHECK (number > 0),
    hash text NOT NULL,
    entry text NOT NULL -- JSON without the hash, as it was hashed
) STRICT;

-- +goose StatementBegin
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_keeps BEFORE DELETE ON audit BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
-- +goose StatementEnd
