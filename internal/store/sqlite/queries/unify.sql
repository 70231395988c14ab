-- name: MatchPairsAfter :many
SELECT * FROM match_pairs WHERE number > sqlc.arg(after) ORDER BY number LIMIT sqlc.arg(count);

-- name: MatchPair :one
SELECT * FROM match_pairs WHERE a_source = ? AND a_key = ? AND b_source = ? AND b_key = ?;

-- name: CountMatchPairs :one
SELECT count(*) FROM match_pairs;

-- name: PutMatchPair :exec
INSERT INTO match_pairs (a_source, a_key, b_source, b_key, kind, made_at, made_by) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (a_source, a_key, b_source, b_key) DO UPDATE SET kind = excluded.kind, made_at = excluded.made_at, made_by = excluded.made_by;

-- name: DeleteMatchPair :execrows
DELETE FROM match_pairs WHERE a_source = ? AND a_key = ? AND b_source = ? AND b_key = ?;

-- name: ProfileChangesBefore :many
SELECT * FROM profile_changes WHERE number < sqlc.arg(before) ORDER BY number DESC LIMIT sqlc.arg(count);

-- name: InsertProfileChange :exec
INSERT INTO profile_changes (at, kind, profile, other) VALUES (?, ?, ?, ?);

-- name: PruneProfileChanges :exec
DELETE FROM profile_changes WHERE profile_changes.number <= (SELECT max(c.number) FROM profile_changes c) - CAST(sqlc.arg(keep) AS INTEGER);
