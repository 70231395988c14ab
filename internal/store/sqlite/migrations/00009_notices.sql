-- Messages to people: on which ways they go out, what was told of each task, and what is still to be delivered.

-- +goose Up
ALTER TABLE exports ADD COLUMN freshness integer NOT NULL DEFAULT 0 CHECK (freshness >= 0); -- seconds within which a run must have succeeded; 0 for none
ALTER TABLE people ADD COLUMN notices text NOT NULL DEFAULT '' CHECK (notices IN ('', 'on', 'off')); -- empty: as the role says

CREATE TABLE notice_settings (
    id integer PRIMARY KEY NOT NULL CHECK (id = 1), -- there is one
    settings text NOT NULL, -- JSON
    sealed_password blob NOT NULL, -- empty without
    sealed_secret blob NOT NULL, -- empty without
    updated_at integer NOT NULL,
    version integer NOT NULL CHECK (version > 0)
) STRICT;

CREATE TABLE task_states (
    subject text PRIMARY KEY NOT NULL CHECK (subject <> ''),
    state text NOT NULL -- JSON
) STRICT, WITHOUT ROWID;

CREATE TABLE ended_runs ( -- runs in the order in which they ended, until they were looked at
    number integer PRIMARY KEY AUTOINCREMENT NOT NULL,
    run_id text NOT NULL REFERENCES runs (id) ON DELETE CASCADE
) STRICT;

CREATE INDEX ended_runs_run ON ended_runs (run_id);

CREATE TABLE notices (
    id text PRIMARY KEY NOT NULL CHECK (id <> ''),
    at integer NOT NULL,
    notice text NOT NULL -- JSON
) STRICT;

CREATE TABLE deliveries (
    notice_id text NOT NULL REFERENCES notices (id) ON DELETE CASCADE,
    channel text NOT NULL,
    person_id text NOT NULL, -- empty for the webhook
    state text NOT NULL,
    attempts integer NOT NULL,
    next_at integer NOT NULL,
    ended_at integer NOT NULL,
    error text NOT NULL,
    PRIMARY KEY (notice_id, channel, person_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX deliveries_due ON deliveries (next_at) WHERE state = 'queued';
