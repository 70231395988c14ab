-- Stored members of segments are in members_<number>, one profile_id a row.
CREATE SEQUENCE evaluation_number;

CREATE TABLE evaluation (
    segment VARCHAR NOT NULL,
    number BIGINT NOT NULL,      -- of its table
    members BIGINT NOT NULL,
    evaluated_at TIMESTAMP NOT NULL,
    data_at TIMESTAMP NOT NULL,
    definition VARCHAR NOT NULL  -- see activation.Segment.Definition
);
