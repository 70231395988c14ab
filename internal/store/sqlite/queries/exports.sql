-- name: ExportByID :one
SELECT * FROM exports WHERE id = ?;

-- name: ExportByNameKey :one
SELECT * FROM exports WHERE name_key = ?;

-- name: ExportsAfter :many
SELECT * FROM exports WHERE id > sqlc.arg(after) ORDER BY id LIMIT sqlc.arg(count);

-- name: ExportsOfConnection :many
SELECT * FROM exports WHERE connection_id = ? ORDER BY id;

-- name: SegmentsOfExport :many
SELECT segment_id FROM export_segments WHERE export_id = ? ORDER BY position;

-- name: InsertExport :exec
INSERT INTO exports (id, name, name_key, connection_id, list_id, list_name, mapping, leavers, take_over, time_zone, schedule, freshness, detached, removing, created_at, updated_at, version)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1);

-- name: UpdateExport :execrows
UPDATE exports
SET name = ?, name_key = ?, connection_id = ?, list_id = ?, list_name = ?, mapping = ?, leavers = ?, take_over = ?, time_zone = ?, schedule = ?, detached = ?, removing = ?,
    updated_at = ?, version = version + 1
WHERE id = ? AND version = ?;

-- name: SetFreshness :execrows
UPDATE exports SET freshness = ?, updated_at = ?, version = version + 1 WHERE id = ? AND version = ?;

-- name: DeleteExport :execrows
DELETE FROM exports WHERE id = ?;

-- name: DeleteExportSegments :exec
DELETE FROM export_segments WHERE export_id = ?;

-- name: InsertExportSegment :exec
INSERT INTO export_segments (export_id, position, segment_id) VALUES (?, ?, ?);

-- name: OpenRunsOfExport :many
SELECT id FROM runs WHERE export_id = ? AND ended = 0 ORDER BY id;
