// Package sso holds single sign-on on the real binary, against a provider that is a program of its own.
package sso
