-- name: RefreshSchedule :one
SELECT * FROM refresh_schedule WHERE id = 1;

-- name: InsertRefreshSchedule :exec
INSERT INTO refresh_schedule (id, schedule, updated_at, version) VALUES (1, ?, ?, 1);

-- name: UpdateRefreshSchedule :execrows
UPDATE refresh_schedule SET schedule = ?, updated_at = ?, version = version + 1 WHERE id = 1 AND version = ?;

-- name: RefreshByID :one
SELECT * FROM refreshes WHERE id = ?;

-- name: RefreshesBefore :many
SELECT * FROM refreshes WHERE segment_id = '' AND id < sqlc.arg(before) ORDER BY id DESC LIMIT sqlc.arg(count);

-- name: OpenRefresh :one
SELECT * FROM refreshes WHERE ended = 0 AND segment_id = '';

-- name: EvaluationsOf :many
SELECT * FROM refreshes WHERE segment_id = sqlc.arg(segment_id) AND segment_id <> '' ORDER BY id DESC LIMIT sqlc.arg(count);

-- name: InsertRefresh :exec
INSERT INTO refreshes (id, requested_by, scheduled, export_id, segment_id, status, ended, cancel_requested, tasks, created_at, started_at, ended_at, updated_at, version)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1);

-- name: UpdateRefresh :execrows
UPDATE refreshes
SET status = ?, ended = ?, cancel_requested = ?, tasks = ?, started_at = ?, ended_at = ?, updated_at = ?, version = version + 1
WHERE id = ? AND version = ?;

-- name: Dues :many
SELECT * FROM due ORDER BY key;

-- name: PutDue :exec
INSERT INTO due (key, spec, at) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET spec = excluded.spec, at = excluded.at;

-- name: DeleteDue :exec
DELETE FROM due WHERE key = ?;
