// Package web owns the web application in the program: the files that scripts/webapp built from web/app, and how
// browsers get them. It knows no service: the application speaks to the API like everybody else.
package web

import (
	"embed"
	"io/fs"
	"net/http"
)

// dist holds what scripts/webapp built; of a program that was built without it, only a file that says so.
//
//go:embed all:dist
var dist embed.FS

// Handler serves the web application: its files below /assets/, and its one page for every other path, which may be a
// place in the application that somebody kept.
func Handler() (http.Handler, error) {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil, err
	}
	return newHandler(files)
}
