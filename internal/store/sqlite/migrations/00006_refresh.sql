-- When things run by themselves, and the refreshes of the pipeline.

-- +goose Up
ALTER TABLE exports ADD COLUMN schedule text NOT NULL DEFAULT '{}'; -- JSON

CREATE TABLE refresh_schedule (
    id integer PRIMARY KEY NOT NULL CHECK (id = 1), -- there is one
    schedule text NOT NULL, -- JSON
    updated_at integer NOT NULL,
    version integer NOT NULL CHECK (version > 0)
) STRICT;

CREATE TABLE refreshes (
    id text PRIMARY KEY NOT NULL CHECK (id <> ''),
    requested_by text NOT NULL,
    scheduled integer NOT NULL CHECK (scheduled IN (0, 1)),
    export_id text NOT NULL, -- empty for the whole pipeline
    status text NOT NULL,
    ended integer NOT NULL CHECK (ended IN (0, 1)), -- whether status is final
    cancel_requested integer NOT NULL CHECK (cancel_requested IN (0, 1)),
    tasks text NOT NULL, -- JSON
    created_at integer NOT NULL,
    started_at integer NOT NULL,
    ended_at integer NOT NULL,
    updated_at integer NOT NULL,
    version integer NOT NULL CHECK (version > 0)
) STRICT;

CREATE UNIQUE INDEX refreshes_open ON refreshes (ended) WHERE ended = 0; -- two never overlap

CREATE TABLE due (
    key text PRIMARY KEY NOT NULL CHECK (key <> ''),
    spec text NOT NULL,
    at integer NOT NULL
) STRICT, WITHOUT ROWID;
