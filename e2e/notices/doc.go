// Package notices tests messages to people on the real program: a mail server built from its own module takes mails over an
// encrypted connection with a password, a receiver checks signatures, and both fail while Segue is killed.
package notices
