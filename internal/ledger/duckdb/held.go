package duckdb

import "fmt"

// heldHash is an expression: the hash of what a payload says of an attribute, given the account's scope.
const heldHash = `segue_hash(? || attribute, json_extract(payload, '$.' || attribute)::VARCHAR)`

func heldScope(account int32) string { return fmt.Sprintf("account/%d/held/", account) }

// held remembers what the contacts of sent batches were sent last, if their addresses stand elsewhere as well: in the fingerprint
// of that other standing it cannot be seen that another value is stored meanwhile (S12). Until it is acknowledged it is unknown.
func (f folding) held() error {
	elsewhere := []any{f.place.account, f.place.list, f.place.export}
	var some bool // there is one export only in many an account
	if err := f.row(`SELECT EXISTS (SELECT 1 FROM standing WHERE account = $1 AND NOT (list = $2 AND export = $3))
		OR EXISTS (SELECT 1 FROM held_value WHERE account = $1)`, elsewhere, &some); err != nil || !some {
		return err
	}
	if err := f.exec(`CREATE OR REPLACE TEMP TABLE fold_elsewhere AS SELECT DISTINCT owner FROM standing WHERE account = $1 AND NOT (list = $2 AND export = $3)`, elsewhere...); err != nil {
		return err
	}
	if err := f.exec(`CREATE OR REPLACE TEMP TABLE fold_held AS
		SELECT owner, attribute, CASE WHEN acked THEN `+heldHash+` END AS value FROM (
			SELECT x.owner, x.payload, unnest(json_keys(x.payload)) AS attribute, b.acked_at IS NOT NULL AND x.bucket <> 'rejected' AS acked
			FROM run_row x JOIN fold_batch b ON b.part = x.part WHERE x.part BETWEEN ? AND ? AND b.kind = 'import' AND x.payload IS NOT NULL
				AND (x.owner IN (SELECT owner FROM fold_elsewhere) OR x.owner IN (SELECT owner FROM held_value WHERE account = ?)))`,
		heldScope(f.place.account), f.lo, f.hi, f.place.account); err != nil {
		return err
	}
	if err := f.exec(`DELETE FROM held_value h WHERE h.account = ? AND EXISTS (SELECT 1 FROM fold_held s WHERE s.owner = h.owner AND s.attribute = h.attribute)`,
		f.place.account); err != nil {
		return err
	}
	if err := f.exec(`INSERT INTO held_value SELECT ?::INTEGER, owner, attribute, value FROM fold_held WHERE owner IN (SELECT owner FROM fold_elsewhere)`, f.place.account); err != nil {
		return err
	}
	for _, t := range []string{"fold_elsewhere", "fold_held"} {
		if err := f.exec("DROP TABLE " + t); err != nil {
			return err
		}
	}
	return nil
}

// overwritten returns a common table expression of the wanted addresses whose contact holds something else than their rows say, and
// its arguments; both are empty when nothing is remembered.
func (p *planner) overwritten() (with string, args []any, err error) {
	var some bool
	if err := p.row("SELECT EXISTS (SELECT 1 FROM held_value WHERE account = ?)", []any{p.acct}, &some); err != nil || !some {
		return "overwritten AS (SELECT NULL::BLOB AS owner WHERE false),", nil, err
	}
	return `overwritten AS (
			SELECT DISTINCT owner FROM (
				SELECT s.owner, s.payload, h.attribute, h.value FROM sized s JOIN held_value h ON h.owner = s.owner WHERE h.account = ?) s
			WHERE json_exists(payload, '$.' || attribute) AND value IS DISTINCT FROM ` + heldHash + `),`, []any{p.acct, heldScope(p.acct)}, nil
}
