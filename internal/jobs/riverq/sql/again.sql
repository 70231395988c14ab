-- A job that is enqueued while it is being worked carries the mark "again": the time from which it is to be worked
-- once more. Whatever River makes of the job when its handler returns, the mark wins, within River's own statement, so
-- that no moment is left in which an enqueued job could be missed.
CREATE TRIGGER segue_job_again AFTER UPDATE OF state ON river_job
WHEN OLD.state = 'running' AND NEW.state <> 'running' AND json_extract(NEW.metadata, '$.again') IS NOT NULL
BEGIN
    UPDATE river_job
    SET state = 'available',
        finalized_at = NULL,
        scheduled_at = CASE
            WHEN NEW.finalized_at IS NULL THEN min(NEW.scheduled_at, json_extract(NEW.metadata, '$.again'))
            ELSE json_extract(NEW.metadata, '$.again')
        END,
        metadata = jsonb_remove(NEW.metadata, '$.again')
    WHERE id = NEW.id;
END;
