-- Nobody works here yet: what is still running was left by a crash.
UPDATE river_job SET state = 'available', scheduled_at = min(scheduled_at, @now) WHERE state = 'running';
-- Waiting jobs need no scheduler.
UPDATE river_job SET state = 'available' WHERE state IN ('scheduled', 'retryable');
-- A leader that crashed would be respected until its term is over.
DELETE FROM river_leader;
