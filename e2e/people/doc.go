// Package people holds the whole day of an administrator, a contributor and a viewer, on the real binary.
package people
