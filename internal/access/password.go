package access

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"github.com/trustelem/zxcvbn"
	"golang.org/x/text/unicode/norm"

	"segue/internal/activation"
)

// Lengths of passwords, in characters.
const (
	minPassword = 10
	maxPassword = 200
)

// minScore is the least score of zxcvbn, from 0 to 4: guessed only after 10^8 tries and more. Its lists hold tens of
// thousands of passwords that were breached, and words and names of several languages.
const minScore = 3

// judgedChars is how much of a password is judged: judging takes time with the square of the length.
const judgedChars = 64

// minWord is the least length of a word about the person that is looked for in a password.
const minWord = 3

// score judges the beginning of a password, from 0 (guessed at once) to 4.
func score(password string, chars int) int {
	judged := []rune(password)
	return zxcvbn.PasswordStrength(string(judged[:min(len(judged), chars)]), nil).Score
}

// hashParams cost about 19 MiB of memory and tens of milliseconds, as OWASP's cheat sheet of password storage asks for.
func hashParams() *argon2id.Params {
	return &argon2id.Params{Memory: 19 << 10, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}
}

// plain is the form in which passwords are compared (RFC 8265, OpaqueString: NFC, no change of case).
func plain(password string) string { return norm.NFC.String(password) }

// judgePassword refuses a password that is easy to guess; about are words that strangers guess first.
func judgePassword(password string, about ...string) error {
	refuse := func(why, remedy string) error {
		return activation.Errorf(activation.CodeInvalid, "%s", why).WithField("password").WithRemedy(remedy)
	}
	if !utf8.ValidString(password) || strings.ContainsFunc(password, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return refuse("holds characters that cannot be typed", "Use letters, digits, signs and spaces")
	}
	password = plain(password)
	switch n := utf8.RuneCountInString(password); {
	case n < minPassword:
		return refuse(fmt.Sprintf("must have at least %d characters", minPassword), "A few words that have nothing to do with each other are easy to keep in mind")
	case n > maxPassword:
		return refuse(fmt.Sprintf("must have at most %d characters", maxPassword), "Use a shorter one")
	}
	judged := []rune(strings.ToLower(password))
	judged = judged[:min(len(judged), judgedChars)]
	words := []string{"segue", "brevo", "sendinblue"}
	for _, a := range about {
		words = append(words, strings.FieldsFunc(strings.ToLower(a), func(r rune) bool { return strings.ContainsRune(" @.-_+", r) })...)
	}
	rest := string(judged) // without the words that strangers try first
	for _, w := range words {
		if utf8.RuneCountInString(w) >= minWord {
			rest = strings.ReplaceAll(rest, w, "")
		}
	}
	if score(password, judgedChars) < minScore || (rest != string(judged) && score(rest, judgedChars) < minScore) {
		return refuse("is easy to guess, or known from a breach", "A few words that have nothing to do with each other are hard to guess and easy to keep in mind")
	}
	return nil
}

func hashPassword(password string) (string, error) {
	hash, err := argon2id.CreateHash(plain(password), hashParams())
	if err != nil {
		return "", fmt.Errorf("hash a password: %w", err)
	}
	return hash, nil
}

// matchPassword reports whether the hash is the password's.
func matchPassword(password, hash string) bool {
	if utf8.RuneCountInString(password) > maxPassword {
		return false
	}
	ok, err := argon2id.ComparePasswordAndHash(plain(password), hash)
	return err == nil && ok
}
