package httpapi

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
)

func TestTheHistoryOfASegmentIsToldAndGoesWithIt(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.withProfile()
	id := b.withSegment("Anas")
	trend, changes := "/segments/"+id+"/trend", "/segments/"+id+"/changes"
	since := "?since=" + b.Clock().UTC().Format(time.RFC3339Nano)
	require.Empty(t, b.must(200, "GET", trend, nil)["items"])
	b.refused(activation.CodeNotReady, "GET", changes+since, nil)
	b.refused(activation.CodeInvalid, "GET", changes, nil)
	b.refused(activation.CodeInvalid, "GET", changes+"?since=2126-01-01T00:00:00Z", nil)
	b.refused(activation.CodeNotFound, "GET", "/segments/none/trend", nil)
	b.refused(activation.CodeNotFound, "GET", "/segments/none/changes"+since, nil)

	_, err := b.Segments.Observe(t.Context(), activation.SegmentID(id))
	require.NoError(t, err)
	since = "?since=" + b.must(200, "GET", trend, nil)["items"].([]any)[0].(object)["at"].(string)
	g := b.must(200, "GET", "/segments/"+id, nil)
	b.must(200, "PUT", "/segments/"+id, object{"name": "Anas", "rules": []object{equals("name", "Ivo")}, "version": g["version"]})
	_, err = b.Segments.Observe(t.Context(), activation.SegmentID(id))
	require.NoError(t, err)
	points := b.must(200, "GET", trend, nil)["items"].([]any)
	require.Len(t, points, 2)
	require.EqualValues(t, 1, points[1].(object)["members"])
	c := b.must(200, "GET", changes+since, nil)
	require.Equal(t, []any{1.0, 1.0, true}, []any{c["entered"], c["left"], c["complete"]})
	at := points[1].(object)["at"]
	require.Equal(t, []any{object{"profile_id": "c2", "change": "entered", "at": at}, object{"profile_id": "c1", "change": "left", "at": at}}, c["items"])
	c = b.must(200, "GET", changes+since+"&only=left", nil)
	require.Equal(t, []any{object{"profile_id": "c1", "change": "left", "at": at}}, c["items"])
	c = b.must(200, "GET", changes+"?since=2020-01-01T00:00:00Z", nil)
	require.Equal(t, []any{false, c["began"]}, []any{c["complete"], c["since"]})

	b.must(204, "DELETE", "/segments/"+id, nil)
	left, err := b.Engine.Trend(t.Context(), activation.SegmentID(id), time.Time{})
	require.NoError(t, err)
	require.Empty(t, left)
}
