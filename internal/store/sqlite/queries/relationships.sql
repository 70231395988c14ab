-- name: Relationships :many
SELECT * FROM relationships ORDER BY id;

-- name: RelationshipByID :one
SELECT * FROM relationships WHERE id = ?;

-- name: InsertRelationship :exec
INSERT INTO relationships (id, name, name_key, from_source, to_source, keys, created_at) VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: DeleteRelationship :execrows
DELETE FROM relationships WHERE id = ?;

-- name: RelationshipNamesOfSource :many
SELECT name FROM relationships WHERE from_source = sqlc.arg(source) OR to_source = sqlc.arg(source) ORDER BY id;
