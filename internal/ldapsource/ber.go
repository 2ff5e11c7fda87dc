package ldapsource

// decode reads the entry that message holds; ok is false for anything else. What a held before is gone.
func (a *answer) decode(message string) (ok bool) {
	d := decoder{}
	a.size = len(message)
	body := d.take((*cursor)(&message), tagSequence)
	d.take(&body, tagInteger)
	entry := d.take(&body, tagEntry)
	a.dn = string(d.take(&entry, tagString))
	list := d.take(&entry, tagSequence)
	a.attributes, a.values = a.attributes[:0], a.values[:0]
	for list != "" && !d.bad {
		one := d.take(&list, tagSequence)
		at := attribute{name: string(d.take(&one, tagString))}
		set := d.take(&one, tagSet)
		first := len(a.values)
		for set != "" && !d.bad {
			a.values = append(a.values, string(d.take(&set, tagString)))
		}
		if last := len(a.values); last > first {
			at.values = a.values[first:last:last]
		}
		a.attributes = append(a.attributes, at)
	}
	return !d.bad
}

// cursor is BER that is still to be read.
type cursor string

// decoder takes elements from the front of a cursor; after the first that is not there it is bad and returns nothing.
type decoder struct{ bad bool }

func (d *decoder) take(c *cursor, tag byte) cursor {
	rest := *c
	if len(rest) < 2 || rest[0] != tag || d.bad {
		d.bad = true
		return ""
	}
	size, length := 2, int64(rest[1])
	if length >= longForm {
		size, length = headerOf(rest[:min(len(rest), maxHeader)])
	}
	if size == 0 || length > int64(len(rest)-size) {
		d.bad = true
		return ""
	}
	end := size + int(length)
	*c = rest[end:]
	return rest[size:end]
}

// maxHeader is a tag, a length byte and eight more: all that a length of 63 bits needs.
const maxHeader = 2 + 8

// headerOf reads tag and length (X.690 §8.1.3, definite forms only: RFC 4511 §5.1; a length may have zeros in front) from what begins with
// them: the size of the header, zero while it is incomplete or when it is none, and the length of the content.
func headerOf[T cursor | []byte](b T) (size int, length int64) {
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
	if length < 0 {
		return 0, 0
	}
	return size, length
}

// isEntry looks at the tag that follows the message's number, whatever forms the lengths have. That the number is one is for decode to say:
// what looks like an entry is one or an error.
func isEntry(message []byte) bool {
	size, _ := headerOf(message)
	number := message[size:]
	size, length := headerOf(number)
	return size > 0 && length < int64(len(number)-size) && number[size+int(length)] == tagEntry
}
