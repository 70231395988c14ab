// Package secret is the port for sealing secrets and for keyed hashes. It knows no row, no destination and no file
// of customers.
package secret

// Box seals and opens secrets with authenticated encryption. The associated data is the identity of the row that
// holds the secret, so that a sealed value moved to another row does not open.
type Box interface {
	Seal(plaintext, associatedData []byte) ([]byte, error)
	Open(sealed, associatedData []byte) ([]byte, error)
}

// Hasher makes keyed hashes of addresses and identifiers (SEMANTICS S2, S8). The scope (an account) is part of what
// is hashed: hashes of two accounts cannot be compared.
type Hasher interface {
	// Hash returns a 128-bit keyed hash of the value. It is safe for concurrent use and never fails.
	Hash(scope, value string) [16]byte
}
