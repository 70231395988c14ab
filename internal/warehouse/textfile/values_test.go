package textfile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

func TestTimeFormatsReadWhatTheyName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ format, value, want string }{
		{"%d.%m.%Y", "3.4.2026", "2026-04-03T00:00:00Z"},
		{"%d.%m.%Y", "3.4.2026.", ""},
		{"%m/%d/%Y %I:%M:%S %p", "12/31/2026 12:05:06 AM", "2026-12-31T00:05:06Z"},
		{"%m/%d/%Y %I:%M %p", "12/31/2026 12:05 pm", "2026-12-31T12:05:00Z"},
		{"%Y-%m-%d %H:%M:%S.%f%z", "2026-12-31 23:05:06.25+01:00", "2026-12-31T22:05:06.25Z"},
		{"%d %b %Y", "05 feb 2026", "2026-02-05T00:00:00Z"},
		{"%B %d, %Y", "February 29, 2024", "2024-02-29T00:00:00Z"},
		{"%B %d, %Y", "February 29, 2025", ""},
		{"%d/%m/%y", "01/02/69", "1969-02-01T00:00:00Z"},
		{"%d/%m/%y", "01/02/68", "2068-02-01T00:00:00Z"},
		{"%d/%m/%Y", "1/2/26", ""},
		{"%d/%m/%Y", "31/04/2026", ""},
		{"%d/%m/%Y", "1/1/2026 ", ""},
	} {
		f, err := newTimeFormat(c.format)
		require.NoError(t, err)
		got, ok := f.parse(c.value)
		require.Equal(t, c.want != "", ok, c.value)
		if ok {
			require.Equal(t, c.want, got.Format(time.RFC3339Nano), c.value)
		}
	}
	for _, bad := range []string{"%Q", "%", "%d.%m.", "%Y-%Y-%m-%d", "words"} {
		_, err := newTimeFormat(bad)
		require.Error(t, err, bad)
	}
}

func TestISOTimesRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		at := time.UnixMicro(rapid.Int64Range(-60_000_000_000_000_000, 250_000_000_000_000_000).Draw(t, "at"))
		zone := time.FixedZone("", rapid.IntRange(-12*60, 14*60).Draw(t, "offset")*60)
		got, ok := timeFormat{clock: true}.parse(at.In(zone).Format("2006-01-02T15:04:05.999999Z07:00"))
		require.True(t, ok)
		require.True(t, at.Equal(got), "%v, not %v", at.UTC(), got)
		_, ok = timeFormat{}.parse(at.UTC().Format(time.DateOnly))
		require.True(t, ok)
	})
}

func TestWhatFitsAFormatOfTimesIsWhatItReads(t *testing.T) {
	t.Parallel()
	formats := guesses()
	for _, text := range []string{"%d.%m.%Y %H:%M%z", "%Y-%m-%dT%H:%M:%S.%f%z", "%d %b %Y", "%B %d, %y %I%p"} {
		f, err := newTimeFormat(text)
		require.NoError(t, err)
		formats = append(formats, f)
	}
	layouts := []string{
		time.RFC3339Nano, time.DateOnly, "2006-01-02 15:04", "1/2/2006", "02/01/2006 03:04 PM", "2006/01/02 15:04:05", "2.1.2006.", "02. 01. 2006", "2-1-2006",
		"02.01.2006 15:04-0700", "02 Jan 2006", "January 02, 06 3PM",
	}
	read, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		at := time.UnixMicro(rapid.Int64Range(-63_000_000_000_000_000, 254_000_000_000_000_000).Draw(t, "at"))
		text := at.In(time.FixedZone("", rapid.IntRange(-15*60, 15*60).Draw(t, "offset")*60)).Format(rapid.SampledFrom(layouts).Draw(t, "layout"))
		if at := rapid.IntRange(0, len(text)).Draw(t, "change"); at < len(text) {
			text = text[:at] + rapid.SampledFrom([]string{"", "0", "2", "3", "9", " ", ":", "Z", "-"}).Draw(t, "with") + text[at+1:]
		}
		for _, f := range formats {
			_, ok := f.parse(text)
			require.Equal(t, ok, f.fits(text), "%q as %q", text, f.text)
			if ok {
				read++
			} else {
				refused++
			}
		}
	})
	require.Positive(t, read)
	require.Positive(t, refused)
}

func TestDaysOfMonthsAreThoseOfTheCalendar(t *testing.T) {
	t.Parallel()
	for year := 1; year <= 2400; year++ {
		for month := 1; month <= 12; month++ {
			require.Equal(t, time.Date(year, time.Month(month+1), 0, 0, 0, 0, 0, time.UTC).Day(), days(year, month), "%d-%d", year, month)
		}
	}
}

func TestCleanTextIsTrimmedAndComposed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.SampledFrom([]string{" ", "\t", "\u00a0", "\u2003", "a", "Z", "č", "c\u030c", "e\u0301", "ö", "longer text", "\x1f", "😀"})
		text := strings.Join(rapid.SliceOfN(piece, 0, 6).Draw(t, "pieces"), "")
		require.Equal(t, norm.NFC.String(strings.TrimSpace(text)), Clean(text))
	})
}

func TestNumbersThatCouldBeIdentifiersStayText(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]bool{
		"0": true, "-1": true, "0.5": true, "123456789012345": true, "256414.1127086401": true, "1.5e-3": true, "-0.0": true,
		"": false, "-": false, "007": false, "+1": false, "1234567890123456": false, "1e5": false, ".5": false, "5.": false, "1,5": false,
		"1_000": false, "0x10": false, "NaN": false, "Inf": false, "1.5e999": false, "00.5": false, "1 000": false,
	} {
		require.Equal(t, want, plainNumber(value), value)
	}
	for value, want := range map[string]float64{"1.234,5": 1234.5, "-0,25": -0.25, "12": 12, "1.234.567": 1234567, "-1.234": -1234} {
		got, ok := parseNumber(value, true)
		require.True(t, ok, value)
		require.InDelta(t, want, got, 0, value)
	}
	for _, value := range []string{"1.23", "1234.567", "1,2,3", "1,2.3", ".123", "-.123", "", "1.2345,6"} {
		_, ok := parseNumber(value, true)
		require.False(t, ok, value)
	}
}

func TestNamesOfIdentifiersKeepTheirColumnsText(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"id": true, "ID": true, "customer_id": true, "Kupac ID": true, "ContactId": true, "userID": true, "PostCode": true, "poštanski broj": true, "Mobitel": true,
		"PAID": false, "Paid": false, "VALID": false, "idle": false, "points": false, "grid": false,
	} {
		require.Equal(t, want, keepsText(name), name)
	}
}

func TestAMaskTellsNothing(t *testing.T) {
	t.Parallel()
	require.Equal(t, "empty", Mask(""))
	require.Equal(t, "1 character: letters", Mask("ž"))
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.StringMatching(`[a-z]{3}[0-9]{3}@[a-z]{4}`).Draw(t, "a")
		b := rapid.StringMatching(`[a-z]{3}[0-9]{3}@[a-z]{4}`).Draw(t, "b")
		require.Equal(t, Mask(a), Mask(b), "values of one shape look the same")
	})
}

func TestAStatedColumnMustBeThereWhenAFileIsReadForTheFirstTime(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "people.csv")
	require.NoError(t, os.WriteFile(path, []byte("id,spent\n1,2\n"), 0o600))
	source := activation.Source{Name: "People", Kind: activation.SourceCSV, Path: path, Columns: map[string]activation.ColumnOption{"spnt": {Type: activation.TypeNumber}}}
	_, err := Look(t.Context(), Request{Files: []warehouse.File{{Path: path}}, Source: source})
	require.Equal(t, activation.CodeInvalid, activation.CodeOf(err))
	require.ErrorContains(t, err, `columns.spnt: the file has no column "spnt"`)
	source.Ingest = &activation.Ingest{}
	_, err = Look(t.Context(), Request{Files: []warehouse.File{{Path: path}}, Source: source})
	require.NoError(t, err, "a column that is lost later is judged by who needs it")
}
