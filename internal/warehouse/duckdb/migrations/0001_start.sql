-- Tables of sources are called rows_<number>, their columns c0, c1 ... in the order of the file.
CREATE SEQUENCE table_number;
CREATE SEQUENCE snapshot_number;

CREATE TABLE source (
    id VARCHAR NOT NULL,
    number BIGINT NOT NULL,      -- of its table
    row_count BIGINT NOT NULL,
    taken_at TIMESTAMP NOT NULL,
    columns VARCHAR NOT NULL     -- JSON of []activation.Column
);

CREATE TABLE bad_row (
    source VARCHAR NOT NULL,
    number BIGINT NOT NULL,
    line BIGINT NOT NULL,
    col VARCHAR NOT NULL,
    value VARCHAR NOT NULL,      -- masked
    reason VARCHAR NOT NULL
);

-- At most one row. The profiles are in profile_<snapshot>, addresses that several of them share in shared_<snapshot>_<field>.
CREATE TABLE build (
    snapshot BIGINT NOT NULL,
    profiles BIGINT NOT NULL,
    built_at TIMESTAMP NOT NULL,
    data_at TIMESTAMP NOT NULL,
    definition VARCHAR NOT NULL  -- JSON of activation.ProfileDefinition
);
