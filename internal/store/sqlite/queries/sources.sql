-- name: SourceByID :one
SELECT * FROM sources WHERE id = ?;

-- name: SourceByNameKey :one
SELECT * FROM sources WHERE name_key = ?;

-- name: SourcesAfter :many
SELECT * FROM sources WHERE id > sqlc.arg(after) ORDER BY id LIMIT sqlc.arg(count);

-- name: InsertSource :exec
INSERT INTO sources (id, name, name_key, kind, path, csv_options, column_options, max_bad_rows, max_shrink, created_at, updated_at, database_options,
    sealed_password, version)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1);

-- name: UpdateSource :execrows
UPDATE sources
SET name = ?, name_key = ?, kind = ?, path = ?, csv_options = ?, column_options = ?, max_bad_rows = ?, max_shrink = ?, updated_at = ?,
    database_options = ?, sealed_password = ?, version = version + 1
WHERE id = ? AND version = ?;

-- name: SetSourceIngest :execrows
UPDATE sources SET ingest = ? WHERE id = ?;

-- name: DeleteSource :execrows
DELETE FROM sources WHERE id = ?;

-- name: Profile :one
SELECT * FROM profile WHERE id = 1;

-- name: InsertProfile :exec
INSERT INTO profile (id, source_id, key_column, fields, region, unify, updated_at, version) VALUES (1, ?, ?, ?, ?, ?, ?, 1);

-- name: UpdateProfile :execrows
UPDATE profile SET source_id = ?, key_column = ?, fields = ?, region = ?, unify = ?, updated_at = ?, version = version + 1
WHERE id = 1 AND version = ?;

-- name: SetProfileBuild :execrows
UPDATE profile SET build = ? WHERE id = 1;
