// Package tink keeps Segue's own keys in one file of the data folder and does its cryptography with them: it seals
// secrets (AES-256-GCM) and hashes addresses (HMAC-SHA-256 as a pseudo-random function). It owns the key file and
// its safety. It knows nothing of what is sealed, and makes no cryptography of its own: Tink does.
//
// Each purpose has a keyset, so that keys can be added and retired: the primary key of the first seals, every enabled
// one opens. The primary key of the second hashes; changing it makes all hashes stored so far worthless.
//
// The file is the root of trust and is not encrypted itself: it is 0600, in a folder that is 0700 (SEMANTICS S35),
// and a backup leaves it out.
package tink

import (
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/tink"

	"segue/internal/activation"
	"segue/internal/secret"
)

var (
	_ secret.Box    = (*Keys)(nil)
	_ secret.Hasher = (*Keys)(nil)
)

// Config says where the keys are.
type Config struct {
	// Path is the key file. Required.
	Path string
	// MayCreate says that a missing file is made. It must be false once anything was sealed or hashed: new keys open
	// nothing of it. Defaults to false.
	MayCreate bool
}

// Keys seals and hashes with the keys of one file. It is safe for concurrent use.
type Keys struct {
	aead tink.AEAD
	hash prf.PRF
}

const hashBytes = 16

// Open reads the key file, or makes it if it is missing and may be made. It fails with CodeCorrupt if the file is
// missing although it may not be made, or cannot be read, and with CodeNotReady if other users could read it.
func Open(cfg Config) (*Keys, error) {
	if cfg.Path == "" {
		return nil, errors.New("key file: the path is missing")
	}
	f, err := load(cfg.Path)
	if errors.Is(err, errMissing) {
		if !cfg.MayCreate {
			return nil, activation.Errorf(activation.CodeCorrupt, "the key file %s is missing, and without it the stored API keys cannot be opened", cfg.Path).
				WithRemedy("Restore the key file into the data folder")
		}
		f, err = create(cfg.Path)
	}
	if err != nil {
		return nil, err
	}
	return use(cfg.Path, f)
}

// use makes the primitives.
func use(path string, f *file) (*Keys, error) {
	a, err := aead.New(f.seal)
	if err != nil {
		return nil, corrupt(path, "its sealing keys cannot be used")
	}
	set, err := prf.NewPRFSet(f.hash)
	if err != nil {
		return nil, corrupt(path, "its hashing keys cannot be used")
	}
	k := &Keys{aead: a, hash: set.PRFs[set.PrimaryID]}
	if k.hash == nil {
		return nil, corrupt(path, "its primary hashing key is missing")
	}
	if h, err := k.hash.ComputePRF(nil, hashBytes); err != nil || len(h) != hashBytes { // so that Hash never fails
		return nil, corrupt(path, "its hashing key makes no hashes of 128 bits")
	}
	return k, nil
}

// Seal implements secret.Box. The associated data is authenticated, not stored.
func (k *Keys) Seal(plaintext, associatedData []byte) ([]byte, error) {
	sealed, err := k.aead.Encrypt(plaintext, associatedData)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return sealed, nil
}

// Open implements secret.Box. It fails with CodeCorrupt if the value was changed, was sealed for something else or
// with other keys; which of them it was cannot be known.
func (k *Keys) Open(sealed, associatedData []byte) ([]byte, error) {
	plain, err := k.aead.Decrypt(sealed, associatedData)
	if err != nil {
		return nil, &activation.Error{
			Code: activation.CodeCorrupt, Message: "the sealed value does not open: it was changed, moved, or sealed with other keys", Err: err,
		}
	}
	return plain, nil
}

// Hash implements secret.Hasher.
func (k *Keys) Hash(scope, value string) [hashBytes]byte {
	var stack [256]byte
	in := binary.AppendUvarint(stack[:0], uint64(len(scope))) // so that ("ab", "c") and ("a", "bc") differ
	in = append(in, scope...)
	in = append(in, value...)
	h, err := k.hash.ComputePRF(in, hashBytes)
	if err != nil {
		panic("hash: " + err.Error()) // use has tried it: only the length could be refused
	}
	return [hashBytes]byte(h)
}

// String keeps the keys out of whatever is printed.
func (*Keys) String() string { return "keys (hidden)" }

// GoString keeps the keys out of whatever is printed.
func (k *Keys) GoString() string { return k.String() }

// LogValue keeps the keys out of logs.
func (k *Keys) LogValue() slog.Value { return slog.StringValue(k.String()) }

func newKeysets() (*file, error) {
	seal, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("make the sealing key: %w", err)
	}
	hash, err := keyset.NewHandle(prf.HMACSHA256PRFKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("make the hashing key: %w", err)
	}
	return &file{seal: seal, hash: hash}, nil
}
