package textfile

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"os"
	"strings"

	"golang.org/x/text/encoding/charmap"

	"segue/internal/activation"
)

// bufferBytes is how much of a file is read at a time.
const bufferBytes = 1 << 20

// stream is an open file, unpacked and decoded to UTF-8 without a byte order mark.
type stream struct {
	*bufio.Reader
	f     *os.File
	info  os.FileInfo
	plain bool // it is UTF-8 as it lies on disk
	sum   *maphash.Hash
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

// budget is how many bytes the packed files of one load may still unpack to.
type budget struct {
	most, left int64
}

// unpacker reads what a packed file unpacks to, within the budget.
type unpacker struct {
	r io.Reader
	b *budget
}

// Read implements io.Reader.
func (u unpacker) Read(p []byte) (int, error) {
	n, err := u.r.Read(p)
	if u.b.left -= int64(n); u.b.left < 0 {
		return 0, refuse("what is packed unpacks to more than %d bytes", u.b.most).WithRemedy("Unpack it, or split it into several sources")
	}
	var corrupt flate.CorruptInputError
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader) || errors.As(err, &corrupt) {
		return 0, refuse("the packed file is damaged or cut off").WithRemedy("Pack it again with gzip, and put it there whole")
	}
	return n, err
}

// open opens a file, unpacks and decodes it. The checksum is of the bytes as they lie on disk.
func (s *Survey) open(ctx context.Context, path string, b *budget) (stream, error) {
	f, err := os.Open(path)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission) {
			return stream{}, refuse("the file cannot be read: it is not there, or Segue may not read it").
				WithRemedy("Put it back, or let the user that Segue runs as read it")
		}
		return stream{}, fmt.Errorf("open the file: %w", err)
	}
	in := stream{f: f, sum: s.checksum()}
	if in.info, err = f.Stat(); err == nil {
		in.Reader, in.plain, err = decode(io.TeeReader(contextReader{ctx, f}, in.sum), s.source.CSV.Encoding, b)
	}
	if err != nil {
		in.close()
		return stream{}, err
	}
	return in, nil
}

// checksum is comparable with those of the same survey.
func (s *Survey) checksum() *maphash.Hash {
	h := new(maphash.Hash)
	h.SetSeed(s.seed)
	return h
}

func decode(file io.Reader, encoding string, b *budget) (r *bufio.Reader, plain bool, err error) {
	raw := bufio.NewReaderSize(file, bufferBytes)
	head, err := peek(raw)
	if err != nil {
		return nil, false, err
	}
	packed := bytes.HasPrefix(head, []byte("\x1f\x8b"))
	if packed {
		z, err := gzip.NewReader(raw)
		if err != nil {
			return nil, false, refuse("the packed file is damaged or cut off").WithRemedy("Pack it again with gzip, and put it there whole")
		}
		raw = bufio.NewReaderSize(unpacker{z, b}, bufferBytes)
		if head, err = peek(raw); err != nil {
			return nil, false, err
		}
	}
	if err := foreign(head); err != nil {
		return nil, false, err
	}
	mark := bytes.HasPrefix(head, []byte("\xef\xbb\xbf"))
	switch {
	case mark && strings.HasPrefix(encoding, "windows-"):
		return nil, false, refuse("the file says that it is UTF-8, the source says %s", encoding).WithRemedy("Set the encoding of the source to utf-8")
	case mark:
		_, _ = raw.Discard(3)
	}
	switch encoding {
	case "windows-1250":
		return bufio.NewReaderSize(charmap.Windows1250.NewDecoder().Reader(raw), bufferBytes), false, nil
	case "windows-1252":
		return bufio.NewReaderSize(charmap.Windows1252.NewDecoder().Reader(raw), bufferBytes), false, nil
	}
	return raw, !packed, nil
}

// peek looks at the beginning of a file: enough to see what it is.
func peek(r *bufio.Reader) ([]byte, error) {
	head, err := r.Peek(512)
	if err == nil || errors.Is(err, io.EOF) {
		return head, nil
	}
	return nil, readError(err)
}

func readError(err error) error {
	var known *activation.Error
	if errors.As(err, &known) {
		return err
	}
	return fmt.Errorf("read the file: %w", err)
}

// foreign tells files that are no text by how they begin.
func foreign(head []byte) error {
	for _, k := range []struct {
		at                   int
		begins, what, remedy string
	}{
		{0, "\xff\xfe", "is written in UTF-16", "Save it as UTF-8"},
		{0, "\xfe\xff", "is written in UTF-16", "Save it as UTF-8"},
		{0, "PK\x03\x04", "is a workbook, such as Excel's, or another ZIP archive", "Save the sheet as CSV in UTF-8, or unpack the archive"},
		{0, "PAR1", "is a Parquet file", "Set the kind of the source to parquet"},
		{0, "\x1f\x8b", "is packed twice", "Unpack it once"},
		{0, "\x28\xb5\x2f\xfd", "is packed with Zstandard", "Pack it with gzip, or unpack it"},
		{4, "1AY&SY", "is packed with bzip2", "Pack it with gzip, or unpack it"},
		{0, "\xfd7zXZ\x00", "is packed with xz", "Pack it with gzip, or unpack it"},
		{257, "ustar", "is a tar archive", "Unpack the archive"},
	} {
		if len(head) >= k.at && bytes.HasPrefix(head[k.at:], []byte(k.begins)) {
			return refuse("the file %s", k.what).WithRemedy(k.remedy)
		}
	}
	if wide(head) {
		return refuse("the file is written in UTF-16").WithRemedy("Save it as UTF-8")
	}
	return nil
}

// wide tells UTF-16 without a mark: of most characters one of the two bytes is 0, and it is always the same one.
func wide(head []byte) bool {
	var zeros [2]int
	for i, b := range head {
		if b == 0 {
			zeros[i%2]++
		}
	}
	return max(zeros[0], zeros[1])*4 > len(head) && min(zeros[0], zeros[1])*20 < len(head)
}

func refuse(text string, args ...any) *activation.Error {
	return activation.Errorf(activation.CodeSourceRefused, text, args...)
}
