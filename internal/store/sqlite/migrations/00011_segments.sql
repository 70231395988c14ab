-- When segments are evaluated that keep their members, and these evaluations, which are refreshes of one task.

-- +goose Up
ALTER TABLE segments ADD COLUMN schedule text NOT NULL DEFAULT '{}'; -- JSON
ALTER TABLE refreshes ADD COLUMN segment_id text NOT NULL DEFAULT ''; -- empty for a refresh of the pipeline

DROP INDEX refreshes_open;
CREATE UNIQUE INDEX refreshes_open ON refreshes (segment_id) WHERE ended = 0; -- two of the pipeline never overlap, nor two of a segment
CREATE INDEX refreshes_segment ON refreshes (segment_id, id);
