package brevosandbox

import (
	"bytes"
	"slices"
	"time"

	"segue/internal/brevosandbox/book"
)

// importJob is an accepted import and how far it got.
type importJob struct {
	rows            importRows
	listIDs         []int64
	update          bool // updateExistingContacts
	clear           bool // emptyContactsAttributes
	blockEmail      bool
	blockSMS        bool
	cursor          int
	touched         book.Bitmap // contacts that an earlier row of this import wrote
	lines           [reportCount][]reportLine
	columns         []importColumn
	columnsVersion  int
	cells           []cell
	created, joined int
}

// importColumn is what a column means in the account at the time of writing.
type importColumn struct {
	identifier book.Field
	attribute  *attribute // nil: not defined, ignored without a word
}

func (j *importJob) listGone(a *account) bool {
	return slices.ContainsFunc(j.listIDs, func(id int64) bool { return a.listsByID[id] == nil })
}

// forget lets go of everything but what is told of an import that has ended.
func (j *importJob) forget() {
	*j = importJob{listIDs: j.listIDs, cursor: j.cursor, created: j.created, joined: j.joined}
}

// applyUpTo writes the rows from the cursor to n.
func (j *importJob) applyUpTo(a *account, s *Settings, n int, at time.Time) {
	for ; j.cursor < n; j.cursor++ {
		if j.columns == nil || j.columnsVersion != a.attributesVersion {
			j.resolve(a)
		}
		j.cells = j.rows.row(j.cursor, j.cells)
		j.apply(a, s, at)
	}
}

func (j *importJob) resolve(a *account) {
	j.columns = make([]importColumn, len(j.rows.columns))
	j.columnsVersion = a.attributesVersion
	for i, name := range j.rows.columns {
		if f, ok := builtins[name]; ok {
			j.columns[i].identifier = f
		} else if at := a.findAttribute(name); at != nil && at.storable() {
			j.columns[i].attribute = at
		}
	}
}

// identity is the identifiers of a row in stored form, by field.
type identity [book.ExtID + 1][]byte

// apply writes one row by the rules of docs/sandbox.md.
func (j *importJob) apply(a *account, s *Settings, at time.Time) {
	ident, ok := j.identify(a, s)
	if !ok {
		return
	}
	id, found, lower := j.match(a, ident)
	// What its highest identifier or its address finds is the row's own contact; else it is somebody of whom it has an identifier.
	own := found != 0 && (found == highest(ident) || found == book.Email)
	if own && j.touched.Has(id) && s.DuplicateRows == "report" {
		j.report(reportOf[found], ident, "Duplicate in the file")
		return
	}
	if found != 0 && !j.update {
		if s.ExistingNotUpdated == "joins" {
			j.join(a, id, at)
		}
		return
	}
	if s.SharedIdentifier != "merge" {
		keep := uint32(0)
		if own {
			keep = id
		}
		if !j.unshare(a, s, &ident, keep) {
			return
		}
		if id, found, lower = j.match(a, ident); len(lower) > 0 {
			return
		}
	}
	if found != 0 && len(lower) == 0 && s.SoleMatch == "replace" && !own {
		a.deleteContact(id, at)
		id = 0
	}
	for _, other := range lower {
		a.deleteContact(other, at)
	}
	j.write(a, s, id, ident, at)
}

// identify reads the identifiers of the current row; not ok means that the row
// cannot be imported.
func (j *importJob) identify(a *account, s *Settings) (ident identity, ok bool) {
	any := false
	var invalidEmail []byte
	for i, col := range j.columns {
		c := j.cells[i]
		if col.identifier == 0 || len(c.text) == 0 || c.kind != cellText && c.kind != cellNumber {
			continue
		}
		v, valid := normalIdentifier(col.identifier, c.text)
		switch {
		case valid && col.identifier == book.Email && a.notTaken[string(v)]:
			invalidEmail = c.text
		case valid:
			ident[col.identifier], any = v, true
		case col.identifier == book.Email:
			invalidEmail = c.text
		case col.identifier != book.ExtID && s.InvalidPhone == "drop_row":
			return ident, false
		}
	}
	if invalidEmail != nil {
		ident[book.Email] = invalidEmail
		j.report(reportInvalidEmails, ident, "Invalid email")
		return ident, false
	}
	return ident, any
}

// highest is the identifier of highest rank that the row has.
func highest(ident identity) book.Field {
	for _, f := range identifierRank {
		if ident[f] != nil {
			return f
		}
	}
	return 0
}

// match finds the contact of the row: the one that its identifier of highest
// rank finds, and the others that its further identifiers find.
func (j *importJob) match(a *account, ident identity) (id uint32, by book.Field, others []uint32) {
	for _, f := range identifierRank {
		other := a.book.Find(f, ident[f])
		switch {
		case other == 0 || other == id:
		case id == 0:
			id, by = other, f
		case !slices.Contains(others, other):
			others = append(others, other)
		}
	}
	return id, by, others
}

// unshare reports the identifiers that belong to another contact than the
// row's own and drops them; false means that the whole row is left out.
func (j *importJob) unshare(a *account, s *Settings, ident *identity, own uint32) bool {
	for _, f := range identifierRank {
		other := a.book.Find(f, ident[f])
		if other == 0 || other == own {
			continue
		}
		j.report(reportOf[f], *ident, "Already used by another contact")
		if s.SharedIdentifier == "report_row" {
			return false
		}
		ident[f] = nil
	}
	return true
}

// write creates or updates the contact and puts it on the lists.
func (j *importJob) write(a *account, s *Settings, id uint32, ident identity, at time.Time) {
	var values []book.Value
	if id != 0 {
		values = a.values(id)
	} else {
		values = a.scratch[:0]
	}
	absent := kindOfCell(0)
	for i, col := range j.columns {
		c := j.cells[i]
		if col.identifier != 0 {
			if v := ident[col.identifier]; v != nil {
				values = with(values, col.identifier, v)
			}
			continue
		}
		if col.attribute == nil || c.kind == absent {
			continue
		}
		if empty := c.kind == cellNull && s.JSONNull == "empty" || c.kind == cellText && len(bytes.TrimSpace(c.text)) == 0; empty {
			if j.clear {
				values = with(values, col.attribute.field, nil)
			}
			continue
		}
		if stored, ok := col.attribute.store(c, imported, s); ok {
			values = with(values, col.attribute.field, stored)
		}
	}
	if j.clear && s.EmptyAbsent == "cleared" {
		values = j.onlyNamed(values)
	}
	if id == 0 {
		id = a.book.Add(values, at.UnixMilli())
		j.created++
	} else {
		a.book.Set(id, values, at.UnixMilli())
	}
	a.scratch = values
	a.filter.invalidate()
	j.touched.Add(id)
	j.setFlags(a, s, id)
	j.join(a, id, at)
}

// onlyNamed keeps identifiers and the attributes that the row names.
func (j *importJob) onlyNamed(values []book.Value) []book.Value {
	named := map[book.Field]bool{}
	for i, col := range j.columns {
		if col.attribute != nil && j.cells[i].kind != 0 {
			named[col.attribute.field] = true
		}
	}
	return slices.DeleteFunc(values, func(v book.Value) bool { return !isIdentifier(v.Field) && !named[v.Field] })
}

func (j *importJob) setFlags(a *account, s *Settings, id uint32) {
	if s.ImportBlocklist == "lifted" {
		a.book.SetFlag(id, book.EmailBlocked, false)
		a.book.SetFlag(id, book.SMSBlocked, false)
	}
	if j.blockEmail {
		a.book.SetFlag(id, book.EmailBlocked, true)
	}
	if j.blockSMS {
		a.book.SetFlag(id, book.SMSBlocked, true)
	}
}

func (j *importJob) join(a *account, id uint32, at time.Time) {
	for _, listID := range j.listIDs {
		if l := a.listsByID[listID]; l != nil && a.join(l, id, at) {
			j.joined++
		}
	}
}
