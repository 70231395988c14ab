-- name: LastAudit :one
SELECT * FROM audit ORDER BY number DESC LIMIT 1;

-- name: AuditAfter :many
SELECT * FROM audit WHERE number > sqlc.arg(after) ORDER BY number LIMIT sqlc.arg(count);

-- name: AuditBefore :many
SELECT * FROM audit WHERE number < sqlc.arg(before) ORDER BY number DESC LIMIT sqlc.arg(count);

-- name: InsertAudit :exec
INSERT INTO audit (number, hash, entry) VALUES (?, ?, ?);
