package ldapsource

import "strings"

// answer is one SearchResultEntry (RFC 4511 §4.5.2). All its strings share one piece of memory, so whoever keeps one copies it.
type answer struct {
	dn         string
	attributes []attribute
}

// attribute is one attribute of an answer, with its options in the name, as in member;range=0-1499.
type attribute struct {
	name   string
	values []string
}

// get returns the values of an attribute, nil where it is absent or empty. Names compare without regard to case.
func (a *answer) get(name string) []string {
	for i := range a.attributes {
		if strings.EqualFold(a.attributes[i].name, name) {
			return a.attributes[i].values
		}
	}
	return nil
}

// first returns an attribute's first value, or "".
func (a *answer) first(name string) string {
	if v := a.get(name); len(v) > 0 {
		return v[0]
	}
	return ""
}

// The tags that an entry is made of, and the bit of a long length.
const (
	tagInteger  = 0x02
	tagString   = 0x04
	tagSequence = 0x30
	tagSet      = 0x31
	tagEntry    = 0x64
	longForm    = 0x80
)

// decode reads the entry that message holds; ok is false for anything else.
func decode(message string) (a *answer, ok bool) {
	d := decoder{}
	body := d.take((*cursor)(&message), tagSequence)
	d.take(&body, tagInteger)
	entry := d.take(&body, tagEntry)
	a = &answer{dn: string(d.take(&entry, tagString))}
	list := d.take(&entry, tagSequence)
	a.attributes = make([]attribute, 0, 32)
	for list != "" && !d.bad {
		one := d.take(&list, tagSequence)
		at := attribute{name: string(d.take(&one, tagString))}
		set := d.take(&one, tagSet)
		for set != "" && !d.bad {
			at.values = append(at.values, string(d.take(&set, tagString)))
		}
		a.attributes = append(a.attributes, at)
	}
	return a, !d.bad
}

// cursor is BER that is still to be read.
type cursor string

// decoder takes elements from the front of a cursor; after the first that is not there it is bad and returns nothing.
type decoder struct{ bad bool }

func (d *decoder) take(c *cursor, tag byte) cursor {
	size, length := headerOf(string((*c)[:min(len(*c), maxHeader)]))
	if d.bad || size == 0 || (*c)[0] != tag || length > int64(len(*c)-size) {
		d.bad = true
		return ""
	}
	end := size + int(length)
	content := (*c)[size:end]
	*c = (*c)[end:]
	return content
}

// maxHeader is a tag, a length byte and four more.
const maxHeader = 6

// headerOf reads tag and length (X.690 §8.1.3, definite form only: RFC 4511 §5.1) from what begins with them: the size of the
// header, zero while it is incomplete or when it is none, and the length of the content.
func headerOf(b string) (size int, length int64) {
	if len(b) < 2 {
		return 0, 0
	}
	if b[1]&longForm == 0 {
		return 2, int64(b[1])
	}
	size = 2 + int(b[1]&^longForm)
	if b[1] == longForm || size > maxHeader || len(b) < size {
		return 0, 0
	}
	for i := 2; i < size; i++ {
		length = length<<8 | int64(b[i])
	}
	return size, length
}
