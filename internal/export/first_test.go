package export_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestS11AListFollowsItsSegmentAndReceiptsAddUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"), person("p3", "Eva", "s2"))
	r := w.ok(w.do(e))
	require.EqualValues(t, []int64{2, 2}, []int64{r.Members, r.Added})
	require.Equal(t, []string{"ana@example.com", "ivo@example.com"}, w.a.on(7))
	require.EqualValues(t, 2, r.ListSize)
	require.EqualValues(t, 1, r.APICalls["import"])

	writes := len(w.a.did())
	r = w.ok(w.do(e))
	require.EqualValues(t, []int64{2, 2}, []int64{r.Members, r.Unchanged})
	require.Len(t, w.a.did(), writes, "a run with no changes writes nothing")

	w.are(person("p1", "Ana", "s2"), customer{id: "p2", address: "ivo@example.com", first: "Ivan", in: []string{"s1"}}, person("p3", "Eva", "s1"))
	r = w.ok(w.do(e))
	require.EqualValues(t, []int64{2, 1, 1, 1, 1}, []int64{r.Members, r.Added, r.Updated, r.Leavers, r.Removed})
	require.Equal(t, []string{"eva@example.com", "ivo@example.com"}, w.a.on(7))
	require.Equal(t, []string{"remove 7: ana@example.com", "import 7: eva@example.com ivo@example.com"}, w.a.did()[writes:], "removals first")
	require.Equal(t, "Ivan", w.a.contacts["ivo@example.com"].Attributes["FIRSTNAME"])
}
