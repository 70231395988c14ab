//go:build !failpoints

package main

import "io"

// failPoint is nil: a program that is given to people has no fail-points.
func failPoint(func(string) string, io.Writer) func(string) { return nil }

// profile does nothing: only programs built for tests write profiles.
func profile(func(string) string) (stop func()) { return func() {} }
