// Package cli owns the command line: which commands there are, how they find the server, what they print and with which
// code they end. It speaks to the server through package client only and knows no service, no engine and no file of the
// data folder but the two that say where the server is and which token it takes; what serves is given to it (Programs).
//
// There is one file for each group of commands.
package cli
