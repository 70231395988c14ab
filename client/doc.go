// Package client is a client of Segue's REST API: what was generated from its OpenAPI document, and by hand how answers and
// problems are read and how a run is watched. It knows nothing of the server but that document.
//
//	c, err := client.New("http://127.0.0.1:8380", token)
//	s, err := client.Decode[client.Source](c.GetSource(ctx, id))
//	err = client.Done(c.DeleteSource(ctx, id))
//	for run, err := range c.Watch(ctx, id) { ... }
//
// An error is an *Error where the server answered with a problem, or did not answer.
package client

//go:generate go test -count=1 segue/internal/httpapi -run ^TestOpenAPIDocumentIsTheCommittedOne$ -args -downgrade-to ../../bin/openapi-3.0.json
//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2 -config oapi-codegen.yaml ../bin/openapi-3.0.json
