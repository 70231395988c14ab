package httpapi

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"segue/internal/activation"
	"segue/internal/httpapi/wire"
	"segue/internal/ingest"
)

func (a *api) uploadOperations() {
	register(a, endpoint{
		id: "put-upload", method: http.MethodPut, path: "/uploads/{name}", tag: "sources", summary: "Upload a file",
		description: "Stores the body as a file of that name, whole or not at all; one of that name is replaced. " +
			"The answer's path is what a source names as its file. The body is streamed and may be large.",
		errors: []activation.Code{activation.CodeStorageFull},
		change: func(op *huma.Operation) {
			op.RequestBody = &huma.RequestBody{
				Required: true, Description: "The file as it is",
				Content: map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}},
			}
		},
	}, a.putUpload)
	register(a, endpoint{
		id: "list-files", method: http.MethodGet, path: "/files", tag: "sources", summary: "List files",
		description: fmt.Sprintf("The files that a source may name: the uploads, and those of the server's source folders. At most %d.", ingest.MaxFiles),
	}, a.listFiles)
}

func (a *api) listFiles(ctx context.Context, _ *nothing) (*body[wire.List[wire.File]], error) {
	files, err := a.cfg.Services.Sources.Files(ctx)
	if err != nil {
		return nil, err
	}
	return listOf(files, "", wire.FromFile), nil
}

// uploadInput is a file on its way in. The body is not read into memory, but handed on as it comes.
type uploadInput struct {
	Name string `path:"name" maxLength:"200" doc:"A plain file name" example:"customers.csv"`
	body *counted
}

// Resolve implements huma.Resolver.
func (u *uploadInput) Resolve(ctx huma.Context) []error {
	_ = ctx.SetReadDeadline(time.Time{}) // a large file takes its time
	u.body = &counted{Reader: ctx.BodyReader()}
	return nil
}

func (a *api) putUpload(ctx context.Context, in *uploadInput) (*body[wire.Upload], error) {
	path, err := a.cfg.Services.Sources.SaveUpload(ctx, in.Name, in.body)
	if err != nil {
		return nil, err
	}
	return answer(wire.Upload{Path: path, Size: in.body.n}), nil
}

// counted counts what is read.
type counted struct {
	io.Reader
	n int64
}

// Read implements io.Reader.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}
