-- name: NoticeSettings :one
SELECT * FROM notice_settings WHERE id = 1;

-- name: InsertNoticeSettings :exec
INSERT INTO notice_settings (id, settings, sealed_password, sealed_secret, updated_at, version) VALUES (1, ?, ?, ?, ?, 1);

-- name: UpdateNoticeSettings :execrows
UPDATE notice_settings SET settings = ?, sealed_password = ?, sealed_secret = ?, updated_at = ?, version = version + 1 WHERE id = 1 AND version = ?;

-- name: TaskStates :many
SELECT * FROM task_states ORDER BY subject;

-- name: PutTaskState :exec
INSERT INTO task_states (subject, state) VALUES (?, ?) ON CONFLICT (subject) DO UPDATE SET state = excluded.state;

-- name: DeleteTaskState :exec
DELETE FROM task_states WHERE subject = ?;

-- name: NoteEnd :exec
INSERT INTO ended_runs (run_id) SELECT id FROM runs WHERE id = ? AND ended = 0 AND kind = 'run';

-- name: EndedRuns :many
SELECT * FROM ended_runs ORDER BY number LIMIT ?;

-- name: ForgetEnded :exec
DELETE FROM ended_runs WHERE number <= ?;

-- name: LastSuccess :one
SELECT ended_at FROM runs WHERE export_id = ? AND kind = 'run' AND status IN ('successful', 'successful_with_rejects') ORDER BY id DESC LIMIT 1;

-- name: NoticeByID :one
SELECT * FROM notices WHERE id = ?;

-- name: NoticesBefore :many
SELECT * FROM notices WHERE id < sqlc.arg(before) ORDER BY id DESC LIMIT sqlc.arg(count);

-- name: InsertNotice :exec
INSERT INTO notices (id, at, notice) VALUES (?, ?, ?);

-- name: PruneNotices :exec
DELETE FROM notices WHERE at < ?;

-- name: DeliveriesOfNotice :many
SELECT * FROM deliveries WHERE notice_id = ? ORDER BY channel, person_id;

-- name: DueDeliveries :many
SELECT * FROM deliveries WHERE state = 'queued' AND next_at <= sqlc.arg(now) ORDER BY next_at, notice_id, channel, person_id LIMIT sqlc.arg(count);

-- name: InsertDelivery :exec
INSERT INTO deliveries (notice_id, channel, person_id, state, attempts, next_at, ended_at, error) VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- name: UpdateDelivery :execrows
UPDATE deliveries SET state = ?, attempts = ?, next_at = ?, ended_at = ?, error = ? WHERE notice_id = ? AND channel = ? AND person_id = ?;

-- name: SetNoticeChoice :execrows
UPDATE people SET notices = ? WHERE id = ?;
