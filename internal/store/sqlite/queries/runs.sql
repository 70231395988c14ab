-- name: RunByID :one
SELECT * FROM runs WHERE id = ?;

-- name: RunsBefore :many
SELECT * FROM runs WHERE id < sqlc.arg(before) ORDER BY id DESC LIMIT sqlc.arg(count);

-- name: RunsOfExportBefore :many
SELECT * FROM runs WHERE export_id = sqlc.arg(export_id) AND id < sqlc.arg(before) ORDER BY id DESC LIMIT sqlc.arg(count);

-- name: OpenRuns :many
SELECT * FROM runs WHERE ended = 0 ORDER BY id;

-- name: LastEndedRun :one
SELECT * FROM runs WHERE export_id = ? AND kind = ? AND ended = 1 ORDER BY id DESC LIMIT 1;

-- name: RunByIdempotencyKey :one
SELECT id FROM runs WHERE export_id = ? AND idempotency_key = ?;

-- name: InsertRun :exec
INSERT INTO runs (id, export_id, idempotency_key, kind, status, ended, step, requested_by, created_at, started_at, ended_at, updated_at,
    plan_summary, receipt, progress, error_code, error_message, remedy, attempt, cancel_requested, released, released_by, reconciliation, refresh_mirror, connection_id, stop, version)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1);

-- name: UpdateRun :execrows
UPDATE runs
SET status = ?, ended = ?, step = ?, started_at = ?, ended_at = ?, updated_at = ?, plan_summary = ?, receipt = ?, progress = ?,
    error_code = ?, error_message = ?, remedy = ?, attempt = ?, cancel_requested = ?, released = ?, released_by = ?, reconciliation = ?, stop = ?,
    version = version + 1
WHERE id = ? AND version = ?;

-- name: RemovingRun :one
SELECT run FROM removing_runs WHERE id = ?;

-- name: InsertRemovingRun :exec
INSERT INTO removing_runs (id, export_id, export_name, run) VALUES (?, ?, ?, ?);

-- name: PutListSize :exec
INSERT OR REPLACE INTO list_sizes (export_id, at, size) VALUES (?, ?, ?);

-- name: LastListSize :one
SELECT at, size FROM list_sizes WHERE export_id = ? ORDER BY at DESC LIMIT 1;

-- name: ExportIDsAfter :many
SELECT id FROM exports WHERE id > sqlc.arg(after) AND (sqlc.arg(export) = '' OR id = sqlc.arg(export)) ORDER BY id LIMIT sqlc.arg(most);

-- name: ListSizesSince :many
-- SQLite gives the size of the row that has the maximum.
SELECT s.export_id, CAST(max(s.at) AS INTEGER) AS latest, s.size FROM (
    SELECT l.export_id, l.at, l.size, (l.at - CAST(sqlc.arg(since) AS INTEGER)) / CAST(sqlc.arg(width) AS INTEGER) AS step FROM list_sizes l
    WHERE l.export_id IN (SELECT e.id FROM exports e WHERE e.id > sqlc.arg(after) AND (sqlc.arg(export) = '' OR e.id = sqlc.arg(export)) ORDER BY e.id LIMIT sqlc.arg(most))
        AND l.at >= CAST(sqlc.arg(since) AS INTEGER)
) s
GROUP BY s.export_id, s.step
ORDER BY s.export_id, latest;
