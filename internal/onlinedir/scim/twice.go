package scim

import (
	"bytes"
	"encoding/json"
	"slices"
)

// nameTwice finds a name that an object of a JSON text has twice, "" for none: RFC 8259 §4 leaves open which of the values counts, so readers
// differ in what they understand. The text is known to be JSON. What it needs of memory are the names of the objects that are open.
func nameTwice(text []byte) string {
	var names [][]byte // of all objects that are open
	var begins []int   // where the names of each object or list that is open begin
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '{', '[':
			begins = append(begins, len(names))
		case '}', ']':
			begin := begins[len(begins)-1]
			begins = begins[:len(begins)-1]
			if twice := repeated(names[begin:]); twice != "" {
				return twice
			}
			names = names[:begin]
		case '"':
			end := i + 1
			for ; text[end] != '"'; end++ {
				if text[end] == '\\' {
					end++
				}
			}
			if rest := bytes.TrimLeft(text[end+1:], " \t\r\n"); len(rest) > 0 && rest[0] == ':' {
				names = append(names, plainName(text[i:end+1]))
			}
			i = end
		}
	}
	return ""
}

// plainName is a quoted name as it is meant: it may be written with escapes, and in any case (RFC 7643 §2.1).
func plainName(quoted []byte) []byte {
	var s string
	if bytes.IndexByte(quoted, '\\') < 0 || json.Unmarshal(quoted, &s) != nil {
		return bytes.ToLower(quoted[1 : len(quoted)-1])
	}
	return bytes.ToLower([]byte(s))
}

func repeated(names [][]byte) string {
	if len(names) < 2 {
		return ""
	}
	slices.SortFunc(names, bytes.Compare)
	for i := range names[1:] {
		if bytes.Equal(names[i], names[i+1]) {
			return string(names[i])
		}
	}
	return ""
}
