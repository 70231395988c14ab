-- Accounts (SEMANTICS S1). version grows with every change of what is known of the account.
CREATE SEQUENCE account_number;
CREATE TABLE account (
  id INTEGER NOT NULL, base_url VARCHAR NOT NULL, organization_id VARCHAR NOT NULL,
  mirror_full_at TIMESTAMP, mirror_as_of TIMESTAMP
);
-- The account mirror (S2): keyed hashes only. owner is the hash of the address, or of the contact's number if it has none.
CREATE TABLE mirror (account INTEGER NOT NULL, contact BIGINT NOT NULL, owner BLOB NOT NULL, opted_out BOOLEAN NOT NULL, round BIGINT NOT NULL);
CREATE TABLE mirror_identifier (account INTEGER NOT NULL, contact BIGINT NOT NULL, attribute VARCHAR NOT NULL, value BLOB NOT NULL, owner BLOB NOT NULL);
-- Opt-out memory (S8), outliving the contact; and who lifted what, why.
CREATE TABLE opt_out (account INTEGER NOT NULL, owner BLOB NOT NULL, since TIMESTAMP NOT NULL);
CREATE TABLE opt_out_lifted (account INTEGER NOT NULL, owner BLOB NOT NULL, lifted_by VARCHAR NOT NULL, reason VARCHAR NOT NULL, lifted_at TIMESTAMP NOT NULL);
-- Who was on a list before the export's first write to it (S19).
CREATE TABLE noted (account INTEGER NOT NULL, list BIGINT NOT NULL, export VARCHAR NOT NULL, take_over BOOLEAN NOT NULL, people BIGINT NOT NULL, noted_at TIMESTAMP NOT NULL);
CREATE TABLE there_before (account INTEGER NOT NULL, list BIGINT NOT NULL, export VARCHAR NOT NULL, owner BLOB NOT NULL);
-- What was sent and acknowledged (S12), by whom (S20). fingerprint is NULL while it is not acknowledged.
CREATE TABLE standing (
  account INTEGER NOT NULL, list BIGINT NOT NULL, export VARCHAR NOT NULL, address VARCHAR NOT NULL, owner BLOB NOT NULL,
  ownership VARCHAR NOT NULL, fingerprint UHUGEINT, first_sent_at TIMESTAMP NOT NULL, first_acked_at TIMESTAMP, acked_at TIMESTAMP
);
-- Identifier values that were ever sent with an address until another was acknowledged (S10).
CREATE TABLE identifier (account INTEGER NOT NULL, attribute VARCHAR NOT NULL, value BLOB NOT NULL, owner BLOB NOT NULL);
-- Runs from plan to receipt.
CREATE TABLE run (
  id VARCHAR NOT NULL, account INTEGER NOT NULL, export VARCHAR NOT NULL, list BIGINT NOT NULL, definition VARCHAR NOT NULL,
  members_path VARCHAR NOT NULL, addresses_path VARCHAR NOT NULL, identifiers VARCHAR[] NOT NULL, summary VARCHAR NOT NULL, receipt VARCHAR,
  planned_at TIMESTAMP NOT NULL, ended_at TIMESTAMP, aborted VARCHAR NOT NULL, dry BOOLEAN NOT NULL
);
-- Rows of a run that are not unchanged (S35). kind: address (a wanted one, by its winner), member (one that is no winner,
-- or refused), leaver (an address this export stops wanting), refusal (one that nobody may mail, S7).
-- bucket is set once settled; planned is what it would become.
CREATE TABLE run_row (
  run VARCHAR NOT NULL, number BIGINT NOT NULL, kind VARCHAR NOT NULL, profile_id VARCHAR, is_member BOOLEAN NOT NULL, address VARCHAR,
  owner BLOB, list BIGINT NOT NULL, planned VARCHAR NOT NULL, bucket VARCHAR, reason VARCHAR NOT NULL, attribute VARCHAR, why VARCHAR,
  duplicate_of VARCHAR, withheld VARCHAR, payload VARCHAR, fingerprint UHUGEINT, batch VARCHAR, settled_at TIMESTAMP
);
CREATE TABLE batch (
  id VARCHAR NOT NULL, run VARCHAR NOT NULL, kind VARCHAR NOT NULL, phase INTEGER NOT NULL, list BIGINT NOT NULL, seq BIGINT NOT NULL,
  row_count BIGINT NOT NULL, bytes BIGINT NOT NULL, state VARCHAR NOT NULL, watermark BIGINT NOT NULL, process BIGINT NOT NULL,
  attempts INTEGER NOT NULL, imports INTEGER NOT NULL, sent_at TIMESTAMP
);
-- What the mass-change brake asks for (S26).
CREATE TABLE removal_log (export VARCHAR NOT NULL, removed_at TIMESTAMP NOT NULL, people BIGINT NOT NULL);
CREATE TABLE success (export VARCHAR NOT NULL, succeeded_at TIMESTAMP NOT NULL, definition VARCHAR NOT NULL, acknowledged BIGINT NOT NULL);
