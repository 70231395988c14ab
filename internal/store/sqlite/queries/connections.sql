-- name: ConnectionByID :one
SELECT * FROM connections WHERE id = ?;

-- name: ConnectionByNameKey :one
SELECT * FROM connections WHERE name_key = ?;

-- name: ConnectionsAfter :many
SELECT * FROM connections WHERE id > sqlc.arg(after) ORDER BY id LIMIT sqlc.arg(count);

-- name: InsertConnection :exec
INSERT INTO connections (id, name, name_key, type, base_url, sealed_key, key_tail, details, checked_at, consent_at, consent_by,
    consent_version, shared, clear_empty, mirror_off, export_user, contact_limit, removing_at, removed_by, created_at, updated_at, version)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1);

-- name: UpdateConnection :execrows
UPDATE connections
SET name = ?, name_key = ?, base_url = ?, sealed_key = ?, key_tail = ?, details = ?, checked_at = ?, consent_at = ?, consent_by = ?,
    consent_version = ?, shared = ?, clear_empty = ?, mirror_off = ?, export_user = ?, contact_limit = ?, removing_at = ?, removed_by = ?, updated_at = ?, version = version + 1
WHERE id = ? AND version = ?;

-- name: DeleteConnection :execrows
DELETE FROM connections WHERE id = ?;

-- name: ExportNamesOfConnection :many
SELECT name FROM exports WHERE connection_id = ? ORDER BY id;
