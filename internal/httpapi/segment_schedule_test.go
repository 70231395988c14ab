package httpapi

import (
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
)

func TestASegmentKeepsItsMembersBetweenEvaluations(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.withExport()
	g := b.must(200, "GET", "/segments", nil)["items"].([]any)[0].(object)
	path := "/segments/" + g["id"].(string)
	require.Equal(t, object{"mode": "with_refresh"}, g["schedule"])
	b.refused(activation.CodeInvalid, "POST", path+"/evaluate", nil)
	require.Equal(t, "cron", b.refused(activation.CodeInvalid, "PUT", path+"/schedule", object{"mode": "own", "cron": "never", "version": 1})["field"])
	b.refused(activation.CodeConflict, "PUT", path+"/schedule", object{"mode": "static", "version": 7})

	g = b.must(200, "PUT", path+"/schedule", object{"mode": "static", "version": g["version"]})
	require.NotContains(t, g, "evaluation")
	b.refused(activation.CodeConflict, "POST", path+"/evaluate", nil) // the first one is under way
	require.NoError(t, b.stepEvaluation(g["id"].(string)))
	g = b.must(200, "GET", path, nil)
	require.EqualValues(t, 1, g["evaluation"].(object)["members"])
	require.Equal(t, true, g["evaluation"].(object)["current"])
	task := tasksByKind(b.must(200, "GET", "/status", nil))["segment"]
	require.Equal(t, "successful", task["status"])
	require.Equal(t, object{"mode": "static"}, task["schedule"])
	require.NotContains(t, task, "next_at")

	// Its rule is changed: what is kept is of another definition, until somebody evaluates it.
	g = b.must(200, "PUT", path, object{"name": "Ivos", "rules": []object{equals("name", "Ivo")}, "version": g["version"]})
	require.Equal(t, object{"mode": "static"}, g["schedule"], "changing something else leaves it")
	require.Equal(t, false, g["evaluation"].(object)["current"])
	run := b.must(201, "POST", path+"/evaluate", nil)
	require.Equal(t, g["id"], run["segment_id"])
	require.NoError(t, b.stepEvaluation(g["id"].(string)))
	require.Equal(t, true, b.must(200, "GET", path, nil)["evaluation"].(object)["current"])
	require.Empty(t, b.must(200, "GET", "/refreshes", nil)["items"], "it is no refresh of the pipeline")

	// With a schedule of its own a change is evaluated at once; with the refresh nothing is kept.
	g = b.must(200, "GET", path, nil)
	g = b.must(200, "PUT", path+"/schedule", object{"mode": "own", "cron": "0 6 * * *", "version": g["version"]})
	require.NotEmpty(t, tasksByKind(b.must(200, "GET", "/status", nil))["segment"]["next_at"])
	g = b.must(200, "PUT", path, object{"name": "Evas", "rules": []object{equals("name", "Eva")}, "version": g["version"]})
	require.Equal(t, false, g["evaluation"].(object)["current"])
	require.NoError(t, b.stepEvaluation(g["id"].(string)))
	g = b.must(200, "GET", path, nil)
	require.Equal(t, true, g["evaluation"].(object)["current"])
	g = b.must(200, "PUT", path+"/schedule", object{"mode": "with_refresh", "version": g["version"]})
	require.NotContains(t, g, "evaluation")
}
