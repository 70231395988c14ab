-- How many people the list of an export held after its runs, as the destination said: for the size of a list over time.

-- +goose Up
CREATE TABLE list_sizes (
    export_id text NOT NULL REFERENCES exports (id) ON DELETE CASCADE,
    at integer NOT NULL, -- when the run ended
    size integer NOT NULL CHECK (size >= 0),
    PRIMARY KEY (export_id, at)
) STRICT, WITHOUT ROWID;

INSERT OR REPLACE INTO list_sizes (export_id, at, size)
SELECT export_id, ended_at, json_extract(receipt, '$.list_size') FROM runs
WHERE ended = 1 AND kind <> 'dry_run' AND json_extract(receipt, '$.list_size') >= 0
ORDER BY id;
