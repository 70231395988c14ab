-- Mark a job that is being worked (see again.sql).
UPDATE river_job
SET metadata = jsonb_set(metadata, '$.again', min(coalesce(json_extract(metadata, '$.again'), @at), @at))
WHERE id = @id AND state = 'running';
