package mapping

import (
	"encoding/base64"
	"strings"
)

// maxPhoto is the most bytes that thumbnailPhoto can have (MS-ADA3, rangeUpper).
const maxPhoto = 102_400

// photoURI writes a JPEG or PNG picture as a data URI (RFC 2397), known by its first bytes; "" where there is none, where it is
// of another kind, or where it is larger than limit bytes.
func photoURI(picture string, limit int) string {
	kind := ""
	switch {
	case strings.HasPrefix(picture, "\xff\xd8\xff"):
		kind = "image/jpeg"
	case strings.HasPrefix(picture, "\x89PNG\r\n\x1a\n"):
		kind = "image/png"
	}
	if kind == "" || len(picture) > limit {
		return ""
	}
	return "data:" + kind + ";base64," + base64.StdEncoding.EncodeToString([]byte(picture))
}

// picture takes what photoURI makes, or the address of a picture on the web (RFC 7643 §4.1.2). Anything else is left out: nobody's
// account should wait for a picture.
func (c *canonical) picture(s string) string {
	uri := strings.HasPrefix(s, "data:image/jpeg;base64,") || strings.HasPrefix(s, "data:image/png;base64,") || strings.HasPrefix(s, "https://")
	switch {
	case !uri || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }):
		c.note("was left out: it is neither a JPEG or PNG picture nor an https address")
	case len(s) > c.trait.limit:
		c.note("was left out: it is too large")
	default:
		return s
	}
	return ""
}
