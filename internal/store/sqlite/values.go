package sqlite

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"segue/internal/activation"
	"segue/internal/store"
)

// micros stores a time as whole microseconds since 1970 in UTC; the zero time is 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func moment(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// nameKey is the form in which names are compared: Unicode canonical caseless matching (Unicode 3.13, D145).
func nameKey(name string) string { return norm.NFD.String(cases.Fold().String(norm.NFD.String(name))) }

func encode(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode %T: %w", v, err)
	}
	return string(b), nil
}

// encodeAll encodes several values; the first failure counts.
func encodeAll(values ...any) ([]string, error) {
	list := make([]string, len(values))
	for i, v := range values {
		var err error
		if list[i], err = encode(v); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// encodeNull encodes what v points to; nil becomes NULL.
func encodeNull[T any](v *T) (sql.NullString, error) {
	if v == nil {
		return sql.NullString{}, nil
	}
	s, err := encode(v)
	return sql.NullString{String: s, Valid: true}, err
}

func decode(what, stored string, into any) error {
	if err := json.Unmarshal([]byte(stored), into); err != nil {
		return &activation.Error{Code: activation.CodeCorrupt, Message: "the stored " + what + " cannot be read", Err: err}
	}
	return nil
}

func decodeNull[T any](what string, stored sql.NullString, into **T) error {
	if !stored.Valid {
		return nil
	}
	*into = new(T)
	return decode(what, stored.String, *into)
}

const defaultPage, maxPage = 50, 500

// limit is how many items the page may have.
func limit(p store.Page) int64 {
	if p.Limit <= 0 {
		return defaultPage
	}
	return int64(min(p.Limit, maxPage))
}

// cut turns the rows fetched (one more than the page may have) into a page and the cursor of the next.
func cut[Row, T any](rows []Row, p store.Page, convert func(Row) (T, error), id func(T) string) ([]T, string, error) {
	n := int(limit(p))
	list := make([]T, 0, min(len(rows), n))
	for _, r := range rows[:min(len(rows), n)] {
		v, err := convert(r)
		if err != nil {
			return nil, "", err
		}
		list = append(list, v)
	}
	if len(rows) <= n {
		return list, "", nil
	}
	return list, id(list[n-1]), nil
}
