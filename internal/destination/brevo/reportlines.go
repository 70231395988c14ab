package brevo

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"slices"
	"strings"

	"segue/internal/activation"
	"segue/internal/destination"
)

// oddReportError is a report that is not what is expected. Why holds nothing of its content.
type oddReportError struct{ why string }

// Error implements error.
func (e *oddReportError) Error() string { return "report not understood: " + e.why }

const maxReportLine = 1 << 20

// columns are the names under which reports may tell what a row was. Only EMAIL and Reason are known from outside; the
// others are the names that imports use.
var (
	addressColumns = [...]string{"EMAIL", "E_MAIL", "EMAIL_ID", "EMAIL_ADDRESS", "CONTACT_EMAIL"}
	otherColumns   = map[string]string{ // and of which attribute their values are
		"EXT_ID": extID, "EXTID": extID, "SMS": sms, "PHONE": destination.AnyPhone, "PHONE_ID": destination.AnyPhone, "WHATSAPP": "WHATSAPP",
		"WHATSAPP_ID": "WHATSAPP", "LANDLINE_NUMBER": "LANDLINE_NUMBER", "LANDLINE_NUMBER_ID": "LANDLINE_NUMBER", "LANDLINE": "LANDLINE_NUMBER",
	}
)

const (
	extID = "EXT_ID"
	sms   = "SMS"
)

// layout says which column of a report holds what; -1 for none.
type layout struct {
	width   int
	address []int
	others  []other
	reason  int
}

// other is a column of values that identify people besides the address.
type other struct {
	column    int
	attribute string
}

// readReport reads a report: CSV with a header line, semicolons (or commas, tabs) and quotes. Every line is either told or
// ends the reading with an *oddReportError, because a line that is passed over would count as success (S12).
func readReport(r io.Reader) iter.Seq2[destination.ReportLine, error] {
	return func(yield func(destination.ReportLine, error) bool) {
		rows, l, err := openReport(r)
		for err == nil {
			var record []string
			if record, err = rows.Read(); err != nil {
				break
			}
			var line destination.ReportLine
			if line, err = l.line(record); err == nil && !yield(line, nil) {
				return
			}
		}
		var parse *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
		case errors.As(err, &parse):
			yield(destination.ReportLine{}, &oddReportError{"a quote is in a place where none can be"})
		default:
			yield(destination.ReportLine{}, err)
		}
	}
}

// openReport reads the header.
func openReport(r io.Reader) (*csv.Reader, layout, error) {
	text := bufio.NewReader(&shortLines{r: r})
	if mark, err := text.Peek(3); err == nil && bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, _ = text.Discard(len(mark))
	}
	header, err := text.ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, layout{}, err
	}
	rows := csv.NewReader(io.MultiReader(strings.NewReader(header), text))
	rows.Comma, rows.FieldsPerRecord, rows.ReuseRecord = delimiter(header), -1, true
	names, err := rows.Read()
	if errors.Is(err, io.EOF) {
		return nil, layout{}, &oddReportError{"it is empty"}
	}
	if err != nil {
		return nil, layout{}, err
	}
	l := layout{width: len(names), reason: -1}
	for i, name := range names {
		if strings.ContainsAny(name, "\r\n\x00") {
			return nil, layout{}, &oddReportError{"the name of a column goes over several lines"}
		}
		switch name = columnName(name); {
		case slices.Contains(addressColumns[:], name):
			l.address = append(l.address, i)
		case name == "REASON":
			l.reason = i
		default:
			if attribute, ok := otherColumns[name]; ok {
				l.others = append(l.others, other{i, attribute})
			}
		}
	}
	if len(l.address)+len(l.others) == 0 {
		return nil, layout{}, &oddReportError{"its first line names no column that tells who a line is about"}
	}
	if len(l.address) > 1 {
		return nil, layout{}, &oddReportError{"it has two columns of addresses"}
	}
	return rows, l, nil
}

func columnName(s string) string {
	return strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToUpper(strings.TrimSpace(s)))
}

// delimiter finds what separates the names of a header.
func delimiter(header string) rune {
	for _, d := range ";,\t" {
		if strings.ContainsRune(header, d) {
			return d
		}
	}
	return ';'
}

// line understands one record. An address that cannot be read is not replaced by a phone: then the line names nobody.
func (l layout) line(record []string) (destination.ReportLine, error) {
	if len(record) != l.width && (len(record) < l.width || l.reason != l.width-1) {
		return destination.ReportLine{}, &oddReportError{"a line has not as many values as its first one"}
	}
	for _, cell := range record {
		if strings.ContainsAny(cell, "\r\n\x00") {
			return destination.ReportLine{}, &oddReportError{"a value goes over several lines"}
		}
	}
	var out destination.ReportLine
	if l.reason >= 0 {
		end := l.reason + 1
		if l.reason == l.width-1 {
			end = len(record) // a reason with the delimiter in it
		}
		out.Reason = strings.ToValidUTF8(strings.TrimSpace(strings.Join(record[l.reason:end], ";")), "?")
	}
	for _, i := range l.address {
		raw := strings.TrimSpace(record[i])
		if raw == "" {
			continue
		}
		address, problem := activation.ParseEmail(raw)
		switch problem {
		case "":
			out.Address = activation.Email(strings.Clone(address.String()))
		case activation.EmailBrevoPlaceholder:
			local, _, _ := strings.Cut(raw, "@")
			out.Others = []destination.Identifier{{Attribute: sms, Value: activation.NormalisePhoneDigits(local)}} // it is made of that one
			return l.named(record, out), nil
		}
		return out, nil
	}
	return l.named(record, out), nil
}

// named takes in what the record names besides an address.
func (l layout) named(record []string, out destination.ReportLine) destination.ReportLine {
	for _, o := range l.others {
		value := strings.TrimSpace(record[o.column])
		if o.attribute != extID {
			value = activation.NormalisePhoneDigits(value)
		}
		if value != "" {
			out.Others = append(out.Others, destination.Identifier{Attribute: o.attribute, Value: strings.Clone(value)})
		}
	}
	return out
}

// shortLines fails when a line is longer than any of a report, so that no answer can fill the memory.
type shortLines struct {
	r   io.Reader
	run int
}

// Read implements io.Reader.
func (s *shortLines) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	for _, b := range p[:n] {
		if s.run++; b == '\n' {
			s.run = 0
		}
		if s.run > maxReportLine {
			return 0, &oddReportError{"a line is longer than any that is expected"}
		}
	}
	return n, err
}
