package csvfile

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash"
	"hash/crc64"
	"io"
	"os"
	"strings"

	"golang.org/x/text/encoding/charmap"

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

// stream is an open file, decoded to UTF-8 without a byte order mark.
type stream struct {
	*bufio.Reader
	f   *os.File
	sum hash.Hash64
}

func (s stream) close() { _ = s.f.Close() }

// contextReader ends reading when its context has ended.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

// Read implements io.Reader.
func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// open opens a file and decodes it. The checksum is of the bytes as they lie on disk.
func open(ctx context.Context, path, encoding string) (stream, error) {
	f, err := os.Open(path)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission) {
			return stream{}, refuse("the file cannot be read: it is not there, or Segue may not read it").
				WithRemedy("Put it back, or let the user that Segue runs as read it")
		}
		return stream{}, fmt.Errorf("open the file: %w", err)
	}
	s := stream{f: f, sum: crc64.New(crc64.MakeTable(crc64.ECMA))}
	raw := bufio.NewReaderSize(io.TeeReader(contextReader{ctx, f}, s.sum), 1<<20)
	head, err := raw.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		s.close()
		return stream{}, fmt.Errorf("read the file: %w", err)
	}
	mark := bytes.HasPrefix(head, []byte("\xef\xbb\xbf"))
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		s.close()
		return stream{}, refuse("the file is written in UTF-16").WithRemedy("Save it as UTF-8")
	case bytes.Equal(head, []byte("PK\x03\x04")):
		s.close()
		return stream{}, refuse("the file is a workbook, such as Excel's, or another ZIP archive").WithRemedy("Save the sheet as CSV in UTF-8, or unpack the archive")
	case mark && strings.HasPrefix(encoding, "windows-"):
		s.close()
		return stream{}, refuse("the file says that it is UTF-8, the source says %s", encoding).WithRemedy("Set the encoding of the source to utf-8")
	case mark:
		_, _ = raw.Discard(3)
	}
	switch encoding {
	case "windows-1250":
		s.Reader = bufio.NewReaderSize(charmap.Windows1250.NewDecoder().Reader(raw), 1<<20)
	case "windows-1252":
		s.Reader = bufio.NewReaderSize(charmap.Windows1252.NewDecoder().Reader(raw), 1<<20)
	default:
		s.Reader = raw
	}
	return s, nil
}

func refuse(text string, args ...any) *activation.Error {
	return activation.Errorf(activation.CodeSourceRefused, text, args...)
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

// fit tells how well a format fits: the share of records that have the most frequent number of fields, and that number.
func fit(head []byte, whole bool, f format) (share float64, width int) {
	rs := newRecords(bytes.NewReader(head), f)
	counts, total := map[int]int{}, 0
	for {
		rec, err := rs.next(0)
		if err != nil {
			break
		}
		if !whole && rs.eof && rs.pos == rs.end {
			break // the last record was cut off by the end of the sample
		}
		total++
		if rec.problem == "" {
			counts[len(rec.fields)]++
		}
	}
	most := 0
	for w, n := range counts {
		if n > most || n == most && w > width {
			width, most = w, n
		}
	}
	if total == 0 {
		return 0, 0
	}
	return float64(most) / float64(total), width
}
