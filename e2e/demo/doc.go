// Package demo runs the demo of the real binary as a new user would and reads what it prints and what it leaves behind. It
// has no code besides its tests.
package demo
