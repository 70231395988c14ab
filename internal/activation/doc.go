// Package activation is the domain of Segue: the words of the product as types, and the rules that hold
// whatever engine, destination or surface is in use. It owns profiles' fields, segments and their rule tree,
// connections, exports, runs, receipts, addresses and phones, and the one error type. It knows no database,
// no HTTP, no clock and no Brevo.
package activation
