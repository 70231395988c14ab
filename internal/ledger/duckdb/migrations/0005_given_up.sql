-- Processes that a person gave up waiting for (SEMANTICS S17). They are watched until watched_until: who was sent is in the
-- rows of the batch. newest is the newest process of the account when it was given up; outcome is empty while it is watched.
CREATE TABLE given_up (
  batch VARCHAR NOT NULL, run VARCHAR NOT NULL, account INTEGER NOT NULL, list BIGINT NOT NULL, process BIGINT NOT NULL,
  watermark BIGINT NOT NULL, newest BIGINT NOT NULL, given_up_by VARCHAR NOT NULL, given_up_at TIMESTAMP NOT NULL,
  watched_until TIMESTAMP NOT NULL, ended_at TIMESTAMP, outcome VARCHAR NOT NULL, removed BIGINT NOT NULL
);
-- Identifier values that such a process may still set: they belong to its people whatever was acknowledged since (S10).
CREATE TABLE given_up_identifier (batch VARCHAR NOT NULL, account INTEGER NOT NULL, attribute VARCHAR NOT NULL, value BLOB NOT NULL, owner BLOB NOT NULL);
