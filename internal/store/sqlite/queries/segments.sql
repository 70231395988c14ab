-- name: SegmentByID :one
SELECT * FROM segments WHERE id = ?;

-- name: SegmentByNameKey :one
SELECT * FROM segments WHERE name_key = ?;

-- name: SegmentsAfter :many
SELECT * FROM segments WHERE id > sqlc.arg(after) ORDER BY id LIMIT sqlc.arg(count);

-- name: InsertSegment :exec
INSERT INTO segments (id, name, name_key, description, rules, time_zone, schedule, created_at, updated_at, version)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1);

-- name: UpdateSegment :execrows
UPDATE segments
SET name = ?, name_key = ?, description = ?, rules = ?, time_zone = ?, updated_at = ?, version = version + 1
WHERE id = ? AND version = ?;

-- name: SetSegmentSchedule :execrows
UPDATE segments SET schedule = ?, updated_at = ?, version = version + 1 WHERE id = ? AND version = ?;

-- name: DeleteSegment :execrows
DELETE FROM segments WHERE id = ?;

-- name: ExportNamesOfSegment :many
SELECT e.name FROM exports AS e JOIN export_segments AS s ON s.export_id = e.id WHERE s.segment_id = ? ORDER BY e.id;
