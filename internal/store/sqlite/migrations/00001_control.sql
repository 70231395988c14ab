-- The control store. Times are whole microseconds since 1970 in UTC, 0 for "not set". Names are unique by name_key,
-- their Unicode case fold. JSON holds value objects that are read and written as a whole and never searched.

-- +goose Up
CREATE TABLE sources (
    id text PRIMARY KEY NOT NULL CHECK (id <> ''),
    name text NOT NULL,
    name_key text NOT NULL UNIQUE,
    kind text NOT NULL,
    path text NOT NULL,
    csv_options text NOT NULL, -- JSON
    column_options text NOT NULL, -- JSON
    max_bad_rows real NOT NULL,
    max_shrink real NOT NULL,
    created_at integer NOT NULL,
    updated_at integer NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    ingest text -- JSON, NULL before the first
) STRICT;

CREATE TABLE profile (
    id integer PRIMARY KEY NOT NULL CHECK (id = 1), -- there is one
    source_id text NOT NULL REFERENCES sources (id),
    key_column text NOT NULL,
    fields text NOT NULL, -- JSON
    region text NOT NULL,
    updated_at integer NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    build text -- JSON, NULL before the first
) STRICT;

CREATE TABLE segments (
    id text PRIMARY KEY NOT NULL CHECK (id <> ''),
    name text NOT NULL,
    name_key text NOT NULL UNIQUE,
    description text NOT NULL,
    rules text NOT NULL, -- JSON
    time_zone text NOT NULL,
    created_at integer NOT NULL,
    updated_at integer NOT NULL,
    version integer NOT NULL CHECK (version > 0)
) STRICT;

CREATE TABLE connections (
    id text PRIMARY KEY NOT NULL CHECK (id <> ''),
    name text NOT NULL,
    name_key text NOT NULL UNIQUE,
    type text NOT NULL,
    base_url text NOT NULL,
    sealed_key blob NOT NULL,
    key_tail text NOT NULL,
    details text NOT NULL, -- JSON
    checked_at integer NOT NULL,
    consent_at integer NOT NULL,
    consent_by text NOT NULL,
    consent_version text NOT NULL,
    created_at integer NOT NULL,
    updated_at integer NOT NULL,
    version integer NOT NULL CHECK (version > 0)
) STRICT;

CREATE TABLE exports (
    id text PRIMARY KEY NOT NULL CHECK (id <> ''),
    name text NOT NULL,
    name_key text NOT NULL UNIQUE,
    connection_id text NOT NULL REFERENCES connections (id),
    list_id integer NOT NULL,
    list_name text NOT NULL,
    mapping text NOT NULL, -- JSON
    leavers text NOT NULL,
    take_over integer NOT NULL CHECK (take_over IN (0, 1)),
    time_zone text NOT NULL,
    created_at integer NOT NULL,
    updated_at integer NOT NULL,
    version integer NOT NULL CHECK (version > 0)
) STRICT;

CREATE INDEX exports_connection ON exports (connection_id);

CREATE TABLE export_segments (
    export_id text NOT NULL REFERENCES exports (id) ON DELETE CASCADE,
    position integer NOT NULL,
    segment_id text NOT NULL REFERENCES segments (id),
    PRIMARY KEY (export_id, position),
    UNIQUE (export_id, segment_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX export_segments_segment ON export_segments (segment_id);

CREATE TABLE runs (
    id text PRIMARY KEY NOT NULL CHECK (id <> ''),
    export_id text NOT NULL REFERENCES exports (id) ON DELETE CASCADE,
    idempotency_key text, -- NULL without one
    kind text NOT NULL,
    status text NOT NULL,
    ended integer NOT NULL CHECK (ended IN (0, 1)), -- whether status is final
    step text NOT NULL,
    requested_by text NOT NULL,
    created_at integer NOT NULL,
    started_at integer NOT NULL,
    ended_at integer NOT NULL,
    updated_at integer NOT NULL,
    plan_summary text, -- JSON, NULL before the plan
    receipt text, -- JSON, NULL before the end
    progress text NOT NULL, -- JSON
    error_code text NOT NULL,
    error_message text NOT NULL,
    remedy text NOT NULL,
    attempt integer NOT NULL,
    cancel_requested integer NOT NULL CHECK (cancel_requested IN (0, 1)),
    released integer NOT NULL CHECK (released IN (0, 1)),
    released_by text NOT NULL,
    version integer NOT NULL CHECK (version > 0)
) STRICT;

CREATE INDEX runs_export ON runs (export_id, id);
CREATE INDEX runs_open ON runs (id) WHERE ended = 0;
CREATE UNIQUE INDEX runs_idempotency ON runs (export_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
