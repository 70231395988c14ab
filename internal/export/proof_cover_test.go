package export_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
)

func TestS13EveryAttributeThatIsSentIsProved(t *testing.T) {
	t.Parallel()
	for _, rows := range []int{1000, 4} { // the value is in the first batch, or in a later one
		w := newWorld(t)
		w.a.limits.MaxRows = rows
		e := w.export("vip", w.connect("one", keyA), 7, "s1")
		e.Mapping.Attributes = append(e.Mapping.Attributes, activation.AttributeMapping{Attribute: "POINTS", Field: "Points"})
		e, err := w.svc.Update(t.Context(), e)
		require.NoError(t, err)
		list, _ := crowd(12, "s1")
		list[11] = customer{id: "p00011", address: "p00011@example.com", points: "5", in: []string{"s1"}}
		w.are(list...)
		w.a.twist = func(_ activation.Email, name, value string) string {
			if name == "POINTS" {
				return "7"
			}
			return value
		}
		r := w.do(e)
		require.Equal(t, activation.CodeProofFailed, r.ErrorCode, "the account drops the one value that is sent (%d rows)", rows)
		require.Contains(t, r.Error, "POINTS")
	}
}
