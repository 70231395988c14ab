-- Which data a run plans on: a refusal that a run on newer data carried out holds for runs on older data as well (S7).
ALTER TABLE run ADD COLUMN as_of TIMESTAMP;
UPDATE run SET as_of = planned_at;
