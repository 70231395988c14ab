package httpapi

import (
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"segue/internal/httpapi/wire"
)

// humaConfig sets huma up: JSON only, no pages of its own, problems instead of its errors.
func humaConfig() huma.Config {
	schemas := huma.NewMapRegistry("#/components/schemas/", schemaName)
	schemas.RegisterTypeAlias(reflect.TypeFor[huma.ErrorModel](), reflect.TypeFor[wire.Problem]())
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "Segue", Version: "v1",
				Description: "Keeps contact lists at a destination in step with segments of unified customer profiles.\n\n" +
					"Every operation but the health check and signing in asks for a session or a bearer token, and for a right that the caller's role has. Errors are problems (RFC 9457) with a stable `code`. " +
					"Listings are paged by cursors. An update names the `version` that was read and fails with `conflict` if it moved.",
				License: &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
			},
			Components: &huma.Components{
				Schemas: schemas,
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"token":   {Type: "http", Scheme: "bearer", Description: "A token of one's own; on the server's machine the one in the file 'token' of the data folder"},
					"session": {Type: "apiKey", In: "cookie", Name: sessionCookie, Description: "Made by signing in; over https its name begins with __Host-"},
				},
			},
			Tags: []*huma.Tag{
				{Name: "sources", Description: "Data sources: where rows come from"},
				{Name: "profile", Description: "The unified customer profile and the customers in it"},
				{Name: "relationships", Description: "How the rows of tables belong to profiles or to rows of other tables"},
				{Name: "segments", Description: "Named definitions of groups of customers"},
				{Name: "connections", Description: "Accounts at destinations"},
				{Name: "exports", Description: "Which segments go to which list"},
				{Name: "runs", Description: "Executions of exports"},
				{Name: "refresh", Description: "The pipeline from data sources to exports, on demand and by schedule"},
				{Name: "people", Description: "Who may sign in, and one's own sessions and tokens"},
				{Name: "audit", Description: "What was done, by whom"},
				{Name: "system", Description: "The server itself"},
			},
		},
		Formats:       map[string]huma.Format{"application/json": jsonFormat(), "json": jsonFormat()},
		DefaultFormat: "application/json",
		Transformers:  []huma.Transformer{tellProblems},
	}
}

func jsonFormat() huma.Format {
	return huma.Format{
		Marshal: func(w io.Writer, v any) error {
			enc := json.NewEncoder(w)
			enc.SetEscapeHTML(false)
			return enc.Encode(v)
		},
		Unmarshal: json.Unmarshal,
	}
}

// schemaName names schemas after their types; a list of sources is a SourceList.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	if t.Kind() == reflect.Struct && strings.HasPrefix(t.Name(), "List[") {
		name = strings.TrimPrefix(name, "List")
		if strings.HasSuffix(name, "List") {
			return name + "s"
		}
		return name + "List"
	}
	return name
}

// document returns the OpenAPI document of the API without serving it.
func document() *huma.OpenAPI {
	return newAPI(Config{}, http.NewServeMux()).huma.OpenAPI()
}
