package activation_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"segue/internal/activation"
)

func TestS9ReadsPhonesByTheirPrefixOrTheStatedRegion(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ raw, region, want string }{
		"international":                       {"+44 20 7946 0958", "", "+442079460958"},
		"own prefix beats the region":         {"+44 20 7946 0958", "HR", "+442079460958"},
		"00 as prefix":                        {"00385 91 234 5678", "", "+385912345678"},
		"00 where the region dials otherwise": {"00385 91 234 5678", "US", "+385912345678"},
		"national":                            {"091/234-5678", "HR", "+385912345678"},
		"region in lower case":                {"091 234 5678", " hr ", "+385912345678"},
		"UK for GB":                           {"020 7946 0958", "UK", "+442079460958"},
		"trunk zero in brackets":              {"+44 (0)20 7946 0958", "", "+442079460958"},
		"country code without plus":           {"385 91 234 5678", "HR", "+385912345678"},
		"the region's own way out":            {"011 44 20 7946 0958", "US", "+442079460958"},
		"plus and 00":                         {"+00385912345678", "", "+385912345678"},
		"Italian leading zero stays":          {"06 6982 0000", "IT", "+390669820000"},
		"tel scheme":                          {"TEL:+44-20-7946-0958", "", "+442079460958"},
		"spreadsheet apostrophe":              {"'+442079460958", "", "+442079460958"},
		"full-width":                          {"＋４４ ２０ ７９４６ ０９５８", "", "+442079460958"},
		"Arabic-Indic digits":                 {"+٤٤ ٢٠ ٧٩٤٦ ٠٩٥٨", "", "+442079460958"},
		"marks of a copied contact":           {"\u202a+44 20 7946 0958\u202c", "", "+442079460958"},
		"dots and brackets":                   {"(020) 7946.0958", "GB", "+442079460958"},
		"en dash and no-break space":          {"020\u00a07946–0958", "GB", "+442079460958"},
		"German mobile":                       {"0151 23456789", "DE", "+4915123456789"},
		"French mobile":                       {"06 12 34 56 78", "FR", "+33612345678"},
		"Kosovo":                              {"044 123 456", "XK", "+38344123456"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, problem := activation.ParsePhone(tc.raw, tc.region)
			require.Empty(t, string(problem))
			require.Equal(t, tc.want, got.String())
		})
	}
}

func TestS9WithholdsUnusablePhonesWithAReason(t *testing.T) {
	t.Parallel()
	type input struct{ raw, region string }
	for problem, inputs := range map[activation.PhoneProblem][]input{
		activation.PhoneMissing: {{"", ""}, {" \t\u00a0", "HR"}},
		activation.PhoneNoRegion: {
			{"091 234 5678", ""}, {"091 234 5678", "XX"}, {"091 234 5678", "Croatia"}, {"385912345678", ""}, {"091 234 5678", "001"},
		},
		activation.PhoneInvalid: {
			{"-", "HR"}, {"n/a", "HR"}, {"123", "HR"}, {"0000000000", "HR"}, {"+385", ""}, {"+385 91 23", ""}, {"+385 91 234 56789012", ""},
			{"+999 123 456 789", ""}, {"00999123456789", ""}, {"+091 234 5678", "HR"}, {"1-800-FLOWERS", "US"}, {"0800 FLOWERS", "GB"},
			{"091 234 5678 (Ana)", "HR"}, {"Ana 091 234 5678", "HR"}, {"091 234 5678 ili 092 345 6789", "HR"}, {"091 234 5678 / 092 345 6789", "HR"},
			{"3.85912E+11", "HR"}, {"38591234567.0", "HR"}, {"091 234+5678", "HR"}, {"*100#", "HR"}, {"091 234 5678 ext.", "HR"}, {"12 ext 3", "HR"},
			{"ana@example.com", "HR"}, {strings.Repeat("1", 300), "HR"}, {strings.Repeat("1", 21), "HR"}, {"+442079460958;phone-context=example.com", ""},
			{"tel:0912345678;isub=12", "HR"}, {"\xff091 234 5678", "HR"}, {"०९१२३४५६७८", "HR"},
		},
		activation.PhoneHasExtension: {
			{"+44 20 7946 0958 ext. 12", ""}, {"+442079460958x12", ""}, {"+442079460958;ext=12", ""}, {"01 4567 890 kl. 12", "HR"}, {"01 4567 890 lok 3", "HR"},
			{"+44 20 7946 0958 #12", ""}, {"+44 20 7946 0958,,12", ""}, {"020 7946 0958 (ext 12)", "GB"}, {"+44 20 7946 0958 Durchwahl 12", ""}, {"+44 20 7946 0958 poste 4", ""},
		},
	} {
		for _, in := range inputs {
			t.Run(fmt.Sprintf("%s %q %q", problem, in.raw, in.region), func(t *testing.T) {
				t.Parallel()
				got, gotProblem := activation.ParsePhone(in.raw, in.region)
				require.Equal(t, problem, gotProblem)
				require.Empty(t, got.String())
			})
		}
	}
}

func TestNoRegionHasValidNumbersShorterThanTheQuickRejection(t *testing.T) {
	t.Parallel()
	for code := range phonenumbers.GetSupportedCallingCodes() {
		for digits, below := range map[string]uint64{"two": 100, "three": 1000} {
			longest := national(code, below-1)
			if phonenumbers.IsPossibleNumberWithReason(longest) != phonenumbers.IS_POSSIBLE {
				continue // the numbering plan has no number of this length
			}
			for n := range below {
				if number := national(code, n); phonenumbers.IsValidNumber(number) {
					t.Errorf("+%d has valid numbers of %s digits: the quick rejection of ParsePhone would lose them", code, digits)
				}
			}
		}
	}
}

func national(code int, number uint64) *phonenumbers.PhoneNumber {
	country := int32(code)
	return &phonenumbers.PhoneNumber{CountryCode: &country, NationalNumber: &number}
}

func TestS9AgreesWithTheLibraryOnItsExamples(t *testing.T) {
	t.Parallel()
	kinds := []phonenumbers.PhoneNumberType{phonenumbers.FIXED_LINE, phonenumbers.MOBILE}
	for region := range phonenumbers.GetSupportedRegions() {
		for _, kind := range kinds {
			example := phonenumbers.GetExampleNumberForType(region, kind)
			if example == nil {
				continue
			}
			for _, format := range []phonenumbers.PhoneNumberFormat{phonenumbers.E164, phonenumbers.INTERNATIONAL, phonenumbers.NATIONAL, phonenumbers.RFC3966} {
				typed := phonenumbers.Format(example, format)
				read, err := phonenumbers.Parse(typed, region)
				if err != nil || !phonenumbers.IsValidNumber(read) {
					continue // the library does not understand its own national form of Argentine mobiles
				}
				want := phonenumbers.Format(read, phonenumbers.E164)
				got, problem := activation.ParsePhone(typed, region)
				require.Equal(t, want, got.String(), "%s %v", region, format)
				require.Empty(t, string(problem), "%s %v", region, format)
			}
		}
	}
}

// requireSoundPhone states what holds for every text: a result or a reason, never both; a result is E.164 and its own result in any region.
func requireSoundPhone(t failer, raw, region string) {
	got, problem := activation.ParsePhone(raw, region)
	if problem != "" {
		require.Empty(t, got.String())
		require.Contains(t, activation.PhoneProblems(), problem)
		return
	}
	require.Regexp(t, `^\+[1-9][0-9]{4,14}$`, got.String())
	for _, other := range []string{"", region, "US", "HR"} {
		again, problem := activation.ParsePhone(got.String(), other)
		require.Empty(t, string(problem), "%q in %q", raw, other)
		require.Equal(t, got.String(), again.String())
	}
	require.Equal(t, got.String()[1:], activation.NormalisePhoneDigits(got.String()), "what Brevo stores")
}

func TestS9ParsingIsIdempotentAndNeverHalfDone(t *testing.T) {
	t.Parallel()
	regions := []string{"", "HR", "de", "FR", "GB", "US", "IT", "BR", "AU", "XX", "UK"}
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.OneOf(
			rapid.StringMatching(`(\+|00|0)?[0-9 ()/-]{3,18}( ?(x|ext\.?|#|;|kl) ?[0-9]{1,4})?`),
			rapid.StringMatching(`(\+385|00385|0)9[125] ?[0-9]{3} ?[0-9]{4}`),
			rapid.String(),
		).Draw(t, "raw")
		requireSoundPhone(t, raw, rapid.SampledFrom(regions).Draw(t, "region"))
	})
}

func FuzzParsePhone(f *testing.F) {
	for _, seed := range []string{"", "+44 20 7946 0958", "091/234-5678", "0800 FLOWERS", "+442079460958;ext=12", "+", "00", "'", "tel:", "1.0", "\xff"} {
		f.Add(seed, "HR")
	}
	f.Fuzz(func(t *testing.T, raw, region string) { requireSoundPhone(t, raw, region) })
}

func TestComparesPhonesInTheFormThatBrevoStores(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"":                   "",
		"+":                  "",
		"442079460958":       "442079460958",
		"+442079460958":      "442079460958",
		"00442079460958":     "442079460958",
		"+44 (20) 7946-0958": "442079460958",
		"0000442079460958":   "442079460958",
		"02079460958":        "02079460958",
		"44７700":             "44700",
		"1a2":                "12",
	} {
		require.Equal(t, want, activation.NormalisePhoneDigits(raw), "%q", raw)
	}
	rapid.Check(t, func(t *rapid.T) {
		once := activation.NormalisePhoneDigits(rapid.String().Draw(t, "raw"))
		require.Equal(t, once, activation.NormalisePhoneDigits(once))
		require.Regexp(t, `^[0-9]*$`, once)
	})
}

func TestPhonesHideThemselves(t *testing.T) {
	t.Parallel()
	phone, problem := activation.ParsePhone("+442079460958", "")
	require.Empty(t, string(problem))
	var out strings.Builder
	slog.New(slog.NewTextHandler(&out, nil)).Info("sent", "to", phone)
	_, _ = fmt.Fprintf(&out, "%v %s %q %#v %x %d", phone, phone, phone, phone, phone, phone)
	require.NotContains(t, out.String(), "7946")
	require.Contains(t, out.String(), "+442…58")
	require.Empty(t, activation.Phone("").Masked())
	require.Equal(t, "…", activation.Phone("+6834123").Masked(), "so short that any part would tell")
	require.Equal(t, "+442079460958", phone.String())
}

func BenchmarkParsePhone(b *testing.B) {
	for name, raw := range map[string]string{"international": "+385 91 234 5678", "national": "091/234-5678", "empty": " ", "letters": "n/a", "short": "12"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = activation.ParsePhone(raw, "HR")
			}
		})
	}
}
