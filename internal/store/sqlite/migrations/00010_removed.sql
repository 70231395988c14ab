-- +goose Up

-- Runs with which exports were removed together with their people (SEMANTICS S22): the export is gone, what became of everybody
-- is not.
CREATE TABLE removing_runs (
    id text PRIMARY KEY NOT NULL CHECK (id <> ''),
    export_id text NOT NULL,
    export_name text NOT NULL,
    run text NOT NULL -- JSON
) STRICT;
