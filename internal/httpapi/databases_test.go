package httpapi

import (
	"encoding/json"
	"errors"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/ingest"
	"segue/internal/store"
)

const databasePassword = "made-up-database-password"

func databaseSource(name string, change object) object {
	d := object{"host": "db.example.com", "name": "shop", "user": "reader-of-shop", "table": "people", "password": databasePassword}
	for k, v := range change {
		d[k] = v
		if v == nil {
			delete(d, k)
		}
	}
	return object{"name": name, "kind": "postgresql", "database": d}
}

func TestOnlyAdministratorsCreateAndChangeDatabaseSources(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	contributor, administrator := b.withMember(activation.RoleContributor, false), b.withMember(activation.RoleAdministrator, false)
	b.refusedAs(contributor, activation.CodeForbidden, "POST", "/sources", databaseSource("shop", nil))
	b.refusedAs(contributor, activation.CodeForbidden, "POST", "/sources/preview", databaseSource("shop", nil))
	b.refusedAs(contributor, activation.CodeForbidden, "POST", "/sources", object{"name": "file", "kind": "csv", "path": "customers.csv", "database": object{"host": "h", "name": "n", "user": "u", "table": "t"}})
	require.Empty(t, b.Dialled)
	b.as(administrator, 200, "POST", "/sources/preview", databaseSource("shop", nil))
	s := b.as(administrator, 201, "POST", "/sources", databaseSource("shop", nil))
	path := "/sources/" + s["id"].(string)
	change := databaseSource("shop", object{"table": "others", "password": nil})
	change["version"] = s["version"]
	b.refusedAs(contributor, activation.CodeForbidden, "PUT", path, change)
	b.refusedAs(contributor, activation.CodeForbidden, "PUT", path, object{"name": "shop", "kind": "csv", "path": "customers.csv", "version": s["version"]})
	b.refusedAs(contributor, activation.CodeForbidden, "DELETE", path, nil)
	for _, in := range []object{databaseSource("shop", object{"password": nil}), {"name": "file", "kind": "csv", "path": "customers.csv"}, {"name": "file"}} {
		in["source"] = s["id"]
		b.refusedAs(contributor, activation.CodeForbidden, "POST", "/sources/preview", in)
	}
	require.Equal(t, "people", b.as(administrator, 200, "GET", path, nil)["database"].(object)["table"])
	b.as(contributor, 200, "POST", path+"/ingest", nil)
	for _, m := range []member{contributor, b.withMember(activation.RoleViewer, true)} {
		for _, p := range []string{path, "/sources", "/sources?name=shop"} {
			got := b.call("GET", p, nil, "Authorization", "", "Cookie", m.cookie)
			require.Equal(t, 200, got.status)
			for _, hidden := range []string{"db.example.com", "reader-of-shop", "people"} {
				require.NotContains(t, got.raw, hidden, p)
			}
		}
	}
	b.as(administrator, 200, "PUT", path, change)
	b.as(administrator, 204, "DELETE", path, nil)
}

func TestThePasswordOfADatabaseIsNeverShownNorSentElsewhere(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	s := b.must(201, "POST", "/sources", databaseSource("shop", nil))
	path := "/sources/" + s["id"].(string)
	b.must(200, "POST", path+"/ingest", nil)
	require.Equal(t, databasePassword, b.Dialled[len(b.Dialled)-1].Password)
	put := func(change object) reply {
		in := databaseSource("shop", change)
		in["version"] = b.must(200, "GET", path, nil)["version"]
		return b.call("PUT", path, in)
	}
	for field, value := range map[string]any{"host": "evil.example.com", "port": 5433, "user": "other", "tls": "off", "ca": "x"} {
		r := put(object{"password": nil, field: value})
		require.Equal(t, 422, r.status, field)
		require.Contains(t, r.raw, "database.password", field)
	}
	require.Equal(t, 200, put(object{"password": nil, "query": "SELECT 1 AS id", "table": nil, "timeout": 60}).status)
	b.must(200, "POST", path+"/ingest", nil)
	last := b.Dialled[len(b.Dialled)-1]
	require.Equal(t, databasePassword, last.Password, "what is read there may change")
	require.Equal(t, "SELECT 1 AS id", last.Options.Query)
	require.Equal(t, 200, put(object{"host": "new.example.com", "password": "another-made-up-password"}).status)
	b.must(200, "POST", path+"/ingest", nil)
	require.Equal(t, "another-made-up-password", b.Dialled[len(b.Dialled)-1].Password)
	require.Equal(t, 200, put(object{"host": "new.example.com", "password": ""}).status)
	require.Equal(t, false, b.must(200, "GET", path, nil)["database"].(object)["has_password"])
	for _, p := range []string{path, "/sources", "/audit", "/audit?limit=200"} {
		got := b.call("GET", p, nil)
		for _, secret := range []string{databasePassword, "another-made-up-password", "SELECT 1 AS id"} {
			require.NotContains(t, got.raw, secret, p)
		}
	}
	require.NotContains(t, b.Log.String(), databasePassword)
	require.NotContains(t, b.Log.String(), "reader-of-shop")
	text, err := json.Marshal(b.must(200, "GET", path, nil))
	require.NoError(t, err)
	require.NotContains(t, string(text), "password\":\"")
}

func TestAStoredPasswordIsUsedForALookAtWhatItWasStoredWithOnly(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	stored := object{"tls": "verify", "ca": "a certificate"}
	s := b.must(201, "POST", "/sources", databaseSource("shop", stored))
	look := func(change object) reply {
		in := databaseSource("shop", object{"password": nil, "tls": "verify", "ca": "a certificate"})
		maps.Copy(in["database"].(object), change)
		in["source"] = s["id"]
		if kind, ok := change["kind"]; ok {
			in["kind"] = kind
			delete(in["database"].(object), "kind")
		}
		if in["kind"] == "" {
			delete(in, "kind")
		}
		return b.call("POST", "/sources/preview", in)
	}
	last := func() ingest.Database { return b.Dialled[len(b.Dialled)-1] }
	require.Equal(t, 200, look(nil).status)
	require.Equal(t, databasePassword, last().Password)
	require.Equal(t, 200, look(object{"kind": "", "query": "SELECT 1 AS id", "table": "", "timeout": 60}).status, "the kind is the stored one")
	require.Equal(t, databasePassword, last().Password, "what is read there may change")
	require.Equal(t, "SELECT 1 AS id", last().Options.Query)
	n := len(b.Dialled)
	for field, value := range map[string]any{
		"host": "evil.example.com", "port": 5433, "name": "other", "user": "other", "tls": "", "ca": "", "kind": "mysql",
	} {
		r := look(object{field: value})
		require.Equal(t, 422, r.status, "%s: %s", field, r.raw)
		require.Equal(t, "database.password", r.body["field"], field)
		require.Contains(t, r.raw, "a stored one is never sent elsewhere", field)
	}
	for _, weaker := range []string{"encrypt", "off"} {
		require.Equal(t, 422, look(object{"tls": weaker, "ca": ""}).status, weaker)
	}
	require.Len(t, b.Dialled, n, "nothing is dialled")
	require.Equal(t, 200, look(object{"host": "new.example.com", "password": "another-made-up-password"}).status)
	require.Equal(t, "another-made-up-password", last().Password)
	require.Equal(t, 200, look(object{"host": "new.example.com", "password": ""}).status)
	require.Empty(t, last().Password, "an empty one is none, and not the stored one")
	in := databaseSource("shop", object{"password": nil})
	b.must(200, "POST", "/sources/preview", in)
	require.Empty(t, last().Password, "without the id nothing is known")
	in["source"] = "none"
	b.refused(activation.CodeNotFound, "POST", "/sources/preview", in)
	b.file("customers.csv", customers)
	file := b.must(201, "POST", "/sources", object{"name": "file", "path": "customers.csv"})
	in["source"] = file["id"]
	b.must(200, "POST", "/sources/preview", in)
	require.Empty(t, last().Password, "a source of files has none")
	for _, p := range []string{"/audit?limit=200", "/sources"} {
		require.NotContains(t, b.call("GET", p, nil).raw, databasePassword, p)
	}
	require.NotContains(t, b.Log.String(), databasePassword)
}

func TestASealedPasswordOpensForItsOwnSourceOnly(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	one := b.must(201, "POST", "/sources", databaseSource("one", nil))["id"].(string)
	two := b.must(201, "POST", "/sources", databaseSource("two", object{"password": "another-made-up-password"}))["id"].(string)
	require.NoError(t, b.Store.Update(t.Context(), func(tx store.Tx) error {
		a, err := tx.Source(t.Context(), activation.SourceID(one))
		require.NoError(t, err)
		z, err := tx.Source(t.Context(), activation.SourceID(two))
		require.NoError(t, err)
		a.SealedPassword, z.SealedPassword = z.SealedPassword, a.SealedPassword
		return errors.Join(tx.UpdateSource(t.Context(), a), tx.UpdateSource(t.Context(), z))
	}))
	for _, id := range []string{one, two} {
		r := b.call("POST", "/sources/"+id+"/ingest", nil)
		require.GreaterOrEqual(t, r.status, 500, r.raw)
		in := databaseSource("x", object{"password": nil})
		in["source"] = id
		require.GreaterOrEqual(t, b.call("POST", "/sources/preview", in).status, 500)
	}
	require.Empty(t, b.Dialled)
}
