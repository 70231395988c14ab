package textfile

import (
	"bytes"

	"segue/internal/activation"
)

// sniffBytes is how much of a file is looked at to find out delimiter and quote.
const sniffBytes = 1 << 20

// format is how a file is written.
type format struct {
	delim, quote string
	newline      byte
	noHeader     bool
}

// sniff finds out what the options leave open from the beginning of a file.
func sniff(head []byte, whole bool, o activation.CSVOptions) format {
	f := format{delim: o.Delimiter, quote: o.Quote, newline: '\n', noHeader: o.NoHeader}
	if bytes.IndexByte(head, '\n') < 0 && bytes.IndexByte(head, '\r') >= 0 {
		f.newline = '\r'
	}
	if f.quote == "" {
		f.quote = `"`
		if o.Delimiter == "" && !bytes.Contains(head, []byte{'"'}) && singleQuoted(head) {
			f.quote = "'"
		}
	}
	if f.delim != "" {
		return f
	}
	f.delim = ","
	best, bestWidth := 0.0, 1
	for _, d := range []string{",", ";", "\t", "|"} {
		share, width := fit(head, whole, format{delim: d, quote: f.quote, newline: f.newline})
		if width > 1 && (share > best+0.02 || share > best-0.02 && width > bestWidth) {
			f.delim, best, bestWidth = d, share, width
		}
	}
	return f
}

// singleQuoted reports whether fields seem to stand in single quotes.
func singleQuoted(head []byte) bool {
	n := 0
	for _, d := range []string{",", ";", "\t", "|"} {
		n = max(n, bytes.Count(head, []byte("'"+d+"'")))
	}
	return n > 0 && n*2 >= bytes.Count(head, []byte{'\n'})
}

// fit tells how well a format fits: the number of fields of the first record, and the share of records that have as many. Others could
// not be taken over, whatever most have: amounts with a decimal comma part lines as evenly as semicolons do, but not the header.
func fit(head []byte, whole bool, f format) (share float64, width int) {
	rs := newRecords(bytes.NewReader(head), f)
	same, total := 0, 0
	for {
		rec, err := rs.next(0)
		if err != nil {
			break
		}
		if !whole && rs.eof && rs.pos == rs.end {
			break // the last record was cut off by the end of the sample
		}
		if total++; total == 1 {
			width = len(rec.fields)
		}
		if rec.problem == "" && len(rec.fields) == width {
			same++
		}
	}
	if total == 0 {
		return 0, 0
	}
	return float64(same) / float64(total), width
}
