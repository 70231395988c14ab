-- Connections have an export user and the contract's limit, and can be on their way out; exports can do without a connection,
-- and runs note theirs.

-- +goose Up
ALTER TABLE connections ADD COLUMN export_user text NOT NULL DEFAULT '{"kind":"machine","name":"the server''s machine"}'; -- JSON; older connections ran on the machine's behalf
ALTER TABLE connections ADD COLUMN contact_limit integer NOT NULL DEFAULT 0;
ALTER TABLE connections ADD COLUMN removing_at integer NOT NULL DEFAULT 0;
ALTER TABLE connections ADD COLUMN removed_by text NOT NULL DEFAULT '';

ALTER TABLE exports ADD COLUMN over text REFERENCES connections (id); -- NULL for a detached export
UPDATE exports SET over = connection_id;
DROP INDEX exports_connection;
ALTER TABLE exports DROP COLUMN connection_id;
ALTER TABLE exports RENAME COLUMN over TO connection_id;
CREATE INDEX exports_connection ON exports (connection_id);
ALTER TABLE exports ADD COLUMN detached text; -- JSON, NULL while it has a connection
ALTER TABLE exports ADD COLUMN removing integer NOT NULL DEFAULT 0 CHECK (removing IN (0, 1)); -- removed once its runs have ended

ALTER TABLE runs ADD COLUMN connection_id text NOT NULL DEFAULT ''; -- no reference: it outlives the connection
ALTER TABLE runs ADD COLUMN stop text NOT NULL DEFAULT '';
UPDATE runs SET connection_id = (SELECT connection_id FROM exports WHERE exports.id = runs.export_id);
