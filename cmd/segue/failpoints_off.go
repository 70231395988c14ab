//go:build !failpoints

package main

import "io"

// failPoint is nil: a program that is given to people has no fail-points.
func failPoint(func(string) string, io.Writer) func(string) { return nil }
