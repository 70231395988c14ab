package textfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/bits"
)

// maxRecord is the most bytes of one record. Longer ones are put aside: a quote that is never closed would swallow the file.
const maxRecord = 4 << 20

// record is one row of the file as text. Its fields are valid until the next record.
type record struct {
	line    int64 // on which it begins, from 1
	raw     []byte
	fields  [][]byte
	problem string // why it cannot be read; empty if it can
	plain   bool   // other readers of CSV read the same in it
	end     int    // how it ends
	size    int    // bytes of raw; set where it was copied, as are names
	names   []string
}

// records cuts a stream into records.
type records struct {
	r            io.Reader
	buf          []byte
	pos, end     int
	eof          bool
	line         int64
	delim, quote []byte
	newline      byte
	whole        bool // a record is a line, with one field
	max          int
	fields       [][]byte
	quotes       int  // of the record: those that enclose fields or are doubled in them
	loose        bool // of the record: it has spaces around quotes
}

func newRecords(r io.Reader, f format) *records {
	return &records{r: r, buf: make([]byte, 1<<20), line: 1, delim: []byte(f.delim), quote: []byte(f.quote), newline: f.newline, max: maxRecord}
}

// next returns the next record that is not a blank line, and io.EOF after the last.
func (s *records) next(want int) (record, error) {
	for {
		rec, err := s.one(want)
		if err != nil || rec.problem != "" || len(rec.fields) > 1 || len(rec.fields) == 1 && len(bytes.TrimSpace(rec.fields[0])) > 0 {
			return rec, err
		}
	}
}

// one returns the next record. want is the number of fields it should have; 0 means any. A record over several lines that
// has another number, or broken quotes, is taken for one bad line: reading goes on after its first line, so that a
// stray quote does not swallow the rows below it.
func (s *records) one(want int) (record, error) {
	for {
		data := s.buf[s.pos:s.end]
		if len(data) == 0 && s.eof {
			return record{}, io.EOF
		}
		n, lines, problem, done := s.cut(data, s.eof)
		if !done {
			if len(data) < s.max {
				if err := s.fill(); err != nil {
					return record{}, err
				}
				continue
			}
			return s.tooLong()
		}
		rec := record{line: s.line, raw: data[:n], fields: s.fields, problem: problem}
		if rec.end, rec.plain = s.ending(rec.raw); s.whole {
			rec.plain = false
		}
		blank := len(rec.fields) == 1 && len(bytes.TrimSpace(rec.fields[0])) == 0
		if rec.problem == "" && want > 0 && len(rec.fields) != want && !blank {
			rec.problem = problemFields
		}
		if rec.problem != "" {
			if i := bytes.IndexByte(data[:n], s.newline); i >= 0 {
				n, lines = i+1, 1
			}
		}
		s.pos += n
		s.line += lines
		return rec, nil
	}
}

// Reasons for which a record cannot be read.
const (
	problemFields  = "has another number of fields than the header"
	problemQuote   = "has text behind a closing quote"
	problemOpen    = "has a quote that is never closed"
	problemTooLong = "is longer than 4 MiB"
)

// tooLong passes over a record that does not fit: up to the end of its first line.
func (s *records) tooLong() (record, error) {
	rec := record{line: s.line, problem: problemTooLong}
	for {
		if i := bytes.IndexByte(s.buf[s.pos:s.end], s.newline); i >= 0 {
			s.pos += i + 1
			s.line++
			return rec, nil
		}
		s.pos = s.end
		if s.eof {
			return rec, nil
		}
		if err := s.fill(); err != nil {
			return rec, err
		}
	}
}

// fill reads more, growing the buffer if it is full.
func (s *records) fill() error {
	if s.pos > 0 {
		copy(s.buf, s.buf[s.pos:s.end])
		s.end -= s.pos
		s.pos = 0
	}
	if s.end == len(s.buf) {
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
	}
	for {
		n, err := s.r.Read(s.buf[s.end:])
		s.end += n
		if errors.Is(err, io.EOF) {
			s.eof = true
			return nil
		}
		if err != nil || n > 0 {
			return err
		}
	}
}

// cut finds the first record of data and its fields. done is false if more data is needed. n counts its bytes with the
// line's end, lines the line ends passed.
func (s *records) cut(data []byte, last bool) (n int, lines int64, problem string, done bool) {
	s.fields, s.quotes, s.loose = s.fields[:0], 0, false
	if s.whole {
		return s.cutLine(data, last)
	}
	i := 0
	newline, quote, delim, wide := s.newline, s.quote[0], s.delim[0], len(s.delim) > 1
	for {
		begin := i
		for begin < len(data) && data[begin] == ' ' && delim != ' ' {
			begin++
		}
		if begin+len(s.quote) > len(data) && !last {
			return 0, 0, "", false
		}
		if begin < len(data) && data[begin] == quote && bytes.HasPrefix(data[begin:], s.quote) {
			value, j, passed, complete := s.quoted(data, begin+len(s.quote), last)
			if !complete {
				if last {
					return len(data), lines, problemOpen, true
				}
				return 0, 0, "", false
			}
			lines += passed
			s.loose = s.loose || begin > i
			s.fields = append(s.fields, value)
			for j < len(data) && (data[j] == ' ' || data[j] == '\r' && s.newline == '\n') && !bytes.HasPrefix(data[j:], s.delim) {
				s.loose = s.loose || data[j] == ' '
				j++
			}
			switch {
			case j == len(data) && last:
				return j, lines, "", true
			case j+len(s.delim) > len(data) && !last:
				return 0, 0, "", false
			case bytes.HasPrefix(data[j:], s.delim):
				i = j + len(s.delim)
				continue
			case data[j] == s.newline:
				return j + 1, lines + 1, "", true
			}
			end := bytes.IndexByte(data[j:], s.newline)
			if end < 0 && !last {
				return 0, 0, "", false
			}
			if end < 0 {
				return len(data), lines, problemQuote, true
			}
			return j + end + 1, lines + 1, problemQuote, true
		}
		j := i + until(data[i:], newline, delim)
		for wide && j < len(data) && data[j] != newline && !bytes.HasPrefix(data[j:], s.delim) {
			j += 1 + until(data[j+1:], newline, delim)
		}
		if j == len(data) && !last {
			return 0, 0, "", false
		}
		value := data[i:j]
		if j == len(data) || data[j] == s.newline {
			if s.newline == '\n' {
				value = bytes.TrimSuffix(value, []byte{'\r'})
			}
			s.fields = append(s.fields, value)
			if j == len(data) {
				return j, lines, "", true
			}
			return j + 1, lines + 1, "", true
		}
		s.fields = append(s.fields, value)
		i = j + len(s.delim)
	}
}

// until returns where the first of two bytes is, and the length if neither is there. It looks at eight bytes at a time: of those that
// are made zero by one of the two, the lowest is marked in its highest bit.
func until(data []byte, one, other byte) int {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	i, a, b := 0, ones*uint64(one), ones*uint64(other)
	for ; i+8 <= len(data); i += 8 {
		v := binary.LittleEndian.Uint64(data[i:])
		x, y := v^a, v^b
		if found := ((x-ones)&^x | (y-ones)&^y) & high; found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for ; i < len(data); i++ {
		if data[i] == one || data[i] == other {
			return i
		}
	}
	return i
}

// cutLine finds the first line of data.
func (s *records) cutLine(data []byte, last bool) (n int, lines int64, problem string, done bool) {
	end := bytes.IndexByte(data, '\n')
	switch {
	case end >= 0:
		s.fields = append(s.fields, data[:end])
		return end + 1, 1, "", true
	case last:
		s.fields = append(s.fields, data)
		return len(data), 0, "", true
	}
	return 0, 0, "", false
}

// quoted reads a quoted field from behind its opening quote; end is behind the closing one.
func (s *records) quoted(data []byte, start int, last bool) (value []byte, end int, lines int64, complete bool) {
	q, doubled := len(s.quote), false
	s.quotes += 2
	for j := start; ; {
		k := bytes.Index(data[j:], s.quote)
		if k < 0 {
			return nil, 0, 0, false
		}
		j += k
		if j+2*q > len(data) && !last {
			return nil, 0, 0, false
		}
		if bytes.HasPrefix(data[j+q:], s.quote) {
			doubled = true
			s.quotes += 2
			j += 2 * q
			continue
		}
		value = data[start:j]
		lines = int64(bytes.Count(value, []byte{s.newline}))
		if doubled {
			value = bytes.ReplaceAll(value, append(bytes.Clone(s.quote), s.quote...), s.quote)
		}
		return value, j + q, lines, true
	}
}
