-- Make a waiting job workable at a time, unless it is earlier already. A job that is available in the future is not
-- worked before that, and needs no scheduler, which looks every five seconds only.
UPDATE river_job
SET state = 'available', scheduled_at = min(scheduled_at, @at)
WHERE id = @id AND state IN ('available', 'scheduled', 'retryable');
