package textfile

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"segue/internal/activation"
)

// guessValues is how many values of a column are looked at to guess what it means. Types look at all of them.
const guessValues = 10_000

// words are names of columns, in letters and digits only, that say what a column means: in English, Croatian, German
// and French. Never changed.
var words = map[activation.SemanticType][]string{
	activation.SemanticFirstName: {"firstname", "givenname", "forename", "ime", "vorname", "prenom"},
	activation.SemanticLastName:  {"lastname", "surname", "familyname", "prezime", "nachname", "familienname", "nom", "nomdefamille"},
	activation.SemanticCountry:   {"country", "countrycode", "countryregion", "drzava", "zemlja", "land", "pays", "staat"},
	activation.SemanticUpdatedAt: {
		"updated", "updatedat", "updatedon", "lastupdated", "lastupdate", "modified", "modifiedat", "modifiedon", "lastmodified",
		"azurirano", "zadnjaizmjena", "izmijenjeno", "geandert", "geandertam", "aktualisiertam", "modifiele", "misajourle", "datedemodification",
	},
	activation.SemanticBirthDate: {
		"birthdate", "dateofbirth", "birthday", "dob", "datumrodenja", "datumrodjenja", "rodendan", "geburtsdatum", "geburtstag", "datedenaissance", "naissance",
	},
	activation.SemanticCity:     {"city", "town", "grad", "mjesto", "ort", "stadt", "ville"},
	activation.SemanticLanguage: {"language", "languagecode", "lang", "locale", "jezik", "sprache", "langue"},
	activation.SemanticPhone: {
		"phone", "phonenumber", "telephone", "telephonenumber", "tel", "telefon", "telefonbroj", "brojtelefona", "telefonnummer", "mobile", "mobilephone", "mobil",
		"mobitel", "brojmobitela", "handy", "handynummer", "gsm", "cell", "cellphone", "portable", "numerodetelephone", "whatsapp", "sms", "landline",
	},
	activation.SemanticEmail: {"email", "emailaddress", "mail", "mailaddress", "eposta", "emailadresa", "emailadresse", "mailadresse", "courriel", "adressemail", "adresseemail"},
}

// consentParts are parts of a name that speak of consent; withdrawalParts turn its meaning round, so that nothing is guessed.
const (
	consentParts    = "consent subscriber subscribed newsletter optin optedin privola pristanak suglasnost einwilligung zustimmung consentement gdpr"
	withdrawalParts = "unsubscrib optout optedout optedoff odjav abgemeldet desabonn blocklist blacklist"
	textParts       = "zip zipcode postcode postalcode postanskibroj plz postleitzahl codepostal oib iban"
)

// plainName reduces a name to small letters and digits without accents.
func plainName(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == 'đ' || r == 'Đ':
			return 'd'
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		default:
			return -1
		}
	}, norm.NFD.String(name))
}

func holdsAny(name, parts string) bool {
	return slices.ContainsFunc(strings.Fields(parts), func(p string) bool { return strings.Contains(name, p) })
}

// named returns what the name of a column says that it means.
func named(name string) activation.SemanticType {
	plain := plainName(name)
	switch {
	case holdsAny(plain, withdrawalParts):
		return activation.SemanticNone
	case holdsAny(plain, consentParts):
		return activation.SemanticConsent
	}
	for _, s := range activation.SemanticTypes() {
		if slices.Contains(words[s], plain) {
			return s
		}
	}
	for _, s := range []activation.SemanticType{activation.SemanticEmail, activation.SemanticPhone, activation.SemanticFirstName, activation.SemanticLastName} {
		for _, w := range words[s] {
			if len(w) >= 5 && (strings.HasPrefix(plain, w) && strings.Trim(plain[len(w):], "0123456789") == "" || strings.HasSuffix(plain, w)) {
				return s
			}
		}
	}
	return activation.SemanticNone
}

// keepsText reports whether the name says that the digits of a column are no number to count with: phones, identifiers,
// postal codes. They stay text whatever they look like, so that the type does not depend on today's values.
func keepsText(name string) bool {
	plain := plainName(name)
	return named(name) == activation.SemanticPhone || slices.Contains(strings.Fields(textParts), plain) ||
		identifier.MatchString(name)
}

// identifier finds "id" as a word of its own at the end of a name: id, customer_id, Kupac ID, ContactId, userID; not PAID or Paid.
var identifier = regexp.MustCompile(`^(?i:id)$|[^\pL](?i:id)$|[\p{Ll}\pN]I[dD]$`)

// evidence is what the first values of a column look like.
type evidence struct {
	values, addresses, consents, phones int
}

func (e *evidence) add(v []byte) {
	if e.values >= guessValues {
		return
	}
	e.values++
	s := string(v)
	if strings.Contains(s, "@") {
		if _, problem := activation.ParseEmail(s); problem == "" {
			e.addresses++
		}
		return
	}
	if len(s) <= 64 && activation.ParseConsent(s) != activation.ConsentUnknown {
		e.consents++
	}
	n := 0
	for _, r := range s {
		if unicode.IsDigit(r) {
			n++
		}
	}
	if n >= 6 {
		e.phones++
	}
}

func (e *evidence) join(o evidence) {
	e.values += o.values
	e.addresses += o.addresses
	e.consents += o.consents
	e.phones += o.phones
}

// guess tells what a column means, by its name and by what its values look like.
func (e evidence) guess(name string, kind activation.FieldType) activation.SemanticType {
	most := func(n int, percent int) bool { return n*100 >= e.values*percent }
	s := named(name)
	switch {
	case s == activation.SemanticEmail && !most(e.addresses, 50),
		s == activation.SemanticPhone && !most(e.phones, 50),
		s == activation.SemanticConsent && !most(e.consents, 90),
		!s.Accepts(kind):
		s = activation.SemanticNone
	}
	if s == activation.SemanticNone && e.values > 0 && kind == activation.TypeText && most(e.addresses, 90) {
		return activation.SemanticEmail
	}
	return s
}
