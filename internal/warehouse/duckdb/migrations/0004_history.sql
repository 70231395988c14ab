-- What segments were found to hold when refreshes evaluated them (see warehouse.Historian).
CREATE SEQUENCE seen_number;

-- One row a segment. Its members when it was last evaluated are in seen_<number>, one profile_id a row.
CREATE TABLE history (
    segment VARCHAR NOT NULL,
    number BIGINT NOT NULL,
    ids VARCHAR NOT NULL,        -- what makes a profile's id: another one means other people
    began TIMESTAMP NOT NULL     -- since when every change is known
);

CREATE TABLE observation (
    segment VARCHAR NOT NULL,
    seen_at TIMESTAMP NOT NULL,
    data_at TIMESTAMP NOT NULL,
    members BIGINT NOT NULL,
    definition VARCHAR NOT NULL  -- see activation.Segment.Definition
);

CREATE TABLE membership_change (
    segment VARCHAR NOT NULL,
    seen_at TIMESTAMP NOT NULL,       -- of the evaluation that found it
    profile_id VARCHAR NOT NULL,
    entered BOOLEAN NOT NULL
);
