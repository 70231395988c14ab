-- name: PersonByID :one
SELECT * FROM people WHERE id = ?;

-- name: PersonByEmail :one
SELECT * FROM people WHERE email = ?;

-- name: PersonBySubject :one
SELECT * FROM people WHERE issuer = ? AND subject = ? AND issuer <> '';

-- name: PeopleAfter :many
SELECT * FROM people WHERE id > sqlc.arg(after) ORDER BY id LIMIT sqlc.arg(count);

-- name: CountActiveOfRole :one
SELECT count(*) FROM people WHERE role = ? AND off = 0;

-- name: InsertPerson :exec
INSERT INTO people (id, name, email, role, sees_persons, off, password_hash, sealed_totp, totp_step, issuer, subject, created_at, updated_at, version)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1);

-- name: UpdatePerson :execrows
UPDATE people
SET name = ?, email = ?, role = ?, sees_persons = ?, off = ?, password_hash = ?, sealed_totp = ?, totp_step = ?, issuer = ?, subject = ?,
    updated_at = ?, version = version + 1
WHERE id = ? AND version = ?;

-- name: UseCode :execrows
UPDATE people SET totp_step = sqlc.arg(step) WHERE id = sqlc.arg(id) AND totp_step < sqlc.arg(step);

-- name: SessionByHash :one
SELECT * FROM sessions WHERE hash = ?;

-- name: SessionsOfPerson :many
SELECT * FROM sessions WHERE person_id = ? ORDER BY id;

-- name: InsertSession :exec
INSERT INTO sessions (id, person_id, hash, created_at, seen_at, proved_at, ends_at, from_address, agent)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: TouchSession :execrows
UPDATE sessions SET hash = ?, seen_at = ?, proved_at = ?, ends_at = ? WHERE id = ?;

-- name: DeleteSession :execrows
DELETE FROM sessions WHERE id = ? AND person_id = ?;

-- name: DeleteSessionsOfPerson :exec
DELETE FROM sessions WHERE person_id = sqlc.arg(person_id) AND id <> sqlc.arg(but);

-- name: DeleteSessionsEnded :exec
DELETE FROM sessions WHERE ends_at <= ?;

-- name: TokenByHash :one
SELECT * FROM tokens WHERE hash = ?;

-- name: TokensOfPerson :many
SELECT * FROM tokens WHERE person_id = ? ORDER BY id;

-- name: InsertToken :exec
INSERT INTO tokens (id, person_id, name, name_key, role, hash, tail, created_at, expires_at, used_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0);

-- name: UseToken :execrows
UPDATE tokens SET used_at = ? WHERE id = ?;

-- name: DeleteToken :execrows
DELETE FROM tokens WHERE id = ? AND person_id = ?;

-- name: DeleteTokensOfPerson :exec
DELETE FROM tokens WHERE person_id = ?;

-- name: DeviceKnown :one
SELECT count(*) FROM devices WHERE hash = ? AND person_id = ? AND seen_at > ?;

-- name: PutDevice :exec
INSERT INTO devices (hash, person_id, seen_at) VALUES (?, ?, ?)
ON CONFLICT (hash) DO UPDATE SET person_id = excluded.person_id, seen_at = excluded.seen_at;

-- name: DeleteDevicesOfPerson :exec
DELETE FROM devices WHERE person_id = ?;

-- name: DeleteDevicesUnseen :exec
DELETE FROM devices WHERE seen_at <= ?;
