package table

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// sniffSize is how much of a file is looked at before it is read.
const sniffSize = 64 << 10

// maxWindow is how far back a zstd stream may refer: so much has to stay in memory. Only zstd's --ultra levels and --long ask for more.
const maxWindow = 32 << 20

// content is what a file holds: its bytes, or what they are when uncompressed. Nothing is held but the window of the compression.
type content struct {
	source      *source
	compression string
	in          *bufio.Reader
	zstd        *zstd.Decoder
	spool       *os.File
}

// openContent looks at how a file is compressed. It refuses files of which nothing here can be made.
func openContent(s *source) (*content, error) {
	c := &content{source: s, in: bufio.NewReaderSize(s, sniffSize)}
	head, err := c.head()
	if err != nil {
		return nil, err
	}
	if c.compression = compressionOf(head); c.compression != "" {
		if err := c.uncompress(); err != nil {
			return nil, err
		}
		if head, err = c.head(); err != nil {
			c.close()
			return nil, err
		}
		if compressionOf(head) != "" {
			c.close()
			return nil, s.problem("is compressed twice", "uncompress it once")
		}
	}
	if err := c.refuseForeign(head); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// rewind begins at the first byte again, as if nothing had been read.
func (c *content) rewind() error {
	if err := c.source.rewind(); err != nil {
		return err
	}
	if c.zstd != nil {
		c.zstd.Close()
	}
	c.in = bufio.NewReaderSize(c.source, sniffSize)
	if c.compression == "" {
		return nil
	}
	return c.uncompress()
}

// compressionOf knows a compressed file by its first bytes.
func compressionOf(head []byte) string {
	switch {
	case hasAny(head, "\x1f\x8b\x08"):
		return "gzip"
	case hasAny(head, "\x28\xb5\x2f\xfd"):
		return "zstd"
	}
	return ""
}

func (c *content) uncompress() error {
	if c.compression == "gzip" {
		in, err := gzip.NewReader(c.in)
		if err != nil {
			return c.broken(err)
		}
		c.in = bufio.NewReaderSize(in, sniffSize)
		return nil
	}
	in, err := zstd.NewReader(c.in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return fmt.Errorf("read %s: %w", c.source.name, err)
	}
	c.zstd, c.in = in, bufio.NewReaderSize(in, sniffSize)
	return nil
}

// head returns the beginning of the content, without reading past it.
func (c *content) head() ([]byte, error) {
	head, err := c.in.Peek(sniffSize)
	if err != nil && !errors.Is(err, io.EOF) && len(head) == 0 { // with something there, the error comes again behind it
		return nil, c.broken(err)
	}
	return head, nil
}

// Read returns the next bytes of the content.
func (c *content) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = c.broken(err)
	}
	return n, err
}

// broken is the error for a compressed stream that cannot be read.
func (c *content) broken(err error) error {
	if c.compression == "" || c.source.err != nil {
		return err // it names the file
	}
	if err := c.source.unchanged(); err != nil {
		return err
	}
	hint := "have it written or copied again: nothing of it was used"
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return c.source.problem("is cut off: its "+c.compression+" data has no end", hint)
	case errors.Is(err, zstd.ErrWindowSizeExceeded):
		return c.source.problem("is compressed in a way that takes more than 32 MB of memory to read", "compress it without --ultra and --long")
	}
	return c.source.problem("is broken: its "+c.compression+" data cannot be uncompressed", hint)
}

// spooled returns a file with the content and its size, for formats that are not read from front to back: the file itself, or a temporary
// one where the content is compressed. Either is closed with the content.
func (c *content) spooled() (_ *os.File, size int64, err error) {
	if c.compression == "" {
		return c.source.file, c.source.size, nil
	}
	if c.spool, err = unlinkedFile(); err != nil {
		return nil, 0, fmt.Errorf("uncompress %s: %w", c.source.name, err)
	}
	size, err = io.Copy(c.spool, c)
	return c.spool, size, err
}

// close lets go of all but the source. A second call does nothing.
func (c *content) close() {
	if c.zstd != nil {
		c.zstd.Close()
	}
	if c.spool != nil {
		_ = closeUnlinked(c.spool) // nobody needs what was in it
	}
	c.zstd, c.spool = nil, nil
}
