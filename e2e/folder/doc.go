// Package folder gives the real binary data folders that it cannot or must not use: locked, written by a newer version,
// damaged, on a full disk. It must say what, where and how to mend it, and leave everything as it was. It has no code
// besides its tests.
package folder
