package cloudtarget

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"unicode"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// errMisuse marks what only a mistake in this program can cause.
var errMisuse = errors.New("a mistake in the program")

// errTooLong marks an answer that is longer than Target.mostBody.
var errTooLong = errors.New("the answer is too long")

const longestDetail = 500 // characters of a server's words that an operator is shown

// hopeless reports whether repeating cannot help: nobody answers to that name, or the certificate is wrong.
func hopeless(err error) bool {
	if name, ok := errors.AsType[*net.DNSError](err); ok {
		return name.IsNotFound
	}
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
	return untrusted
}

// unreachable says why no answer came.
func (t *Target) unreachable(err error) error {
	f := &directory.Fault{Class: directory.Unreachable, Err: err}
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err // the address is told below
	}
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
	name, unknown := errors.AsType[*net.DNSError](err)
	timeout, waited := errors.AsType[net.Error](err)
	switch {
	case untrusted:
		f.Cause = fmt.Sprintf("the certificate of %s is not trusted: %s", t.base, oneLine(err.Error()))
		f.Remedy = "put the certificate of its issuing authority into the file that target.tls.ca_file names, or correct target.url"
	case unknown && name.IsNotFound:
		f.Cause = "there is no host named " + oneLine(name.Name)
		f.Remedy = "correct target.url, or see that this machine's DNS knows the name"
	case errors.Is(err, syscall.ECONNREFUSED):
		f.Cause = t.base + " refuses connections"
		f.Remedy = "see that the online directory runs, and that target.url has its port"
	case errors.Is(err, context.DeadlineExceeded) || waited && timeout.Timeout():
		f.Cause = fmt.Sprintf("%s does not answer within %d seconds", t.base, int(requestTimeout.Seconds()))
		f.Remedy = "see that the online directory runs, and that a firewall or proxy lets syncd through"
	default:
		f.Cause = fmt.Sprintf("the connection to %s failed: %s", t.base, oneLine(err.Error()))
		f.Remedy = "see that the online directory runs, and that a firewall or proxy lets syncd through"
	}
	return f
}

// denied is the fault of a service that does not let us in.
func (t *Target) denied(r *diff.Refusal) error {
	f := &directory.Fault{Class: directory.Unreachable, Err: r}
	switch {
	case r.Status == http.StatusUnauthorized:
		f.Cause = fmt.Sprintf("%s does not accept the token: %s", t.base, r.Detail)
		f.Remedy = "put a current token into " + t.cfg.TokenFile
	case r.Status == http.StatusForbidden:
		f.Cause = fmt.Sprintf("%s forbids it: %s", t.base, r.Detail)
		f.Remedy = "allow it there, or use a token that has the right"
	case r.Status >= 300 && r.Status < 400:
		f.Cause = t.base + " sends us to another address, which syncd does not follow: " + r.Detail
		f.Remedy = "put the final address into target.url"
	default:
		f.Cause = fmt.Sprintf("%s answers %d: %s", t.base, r.Status, r.Detail)
		f.Remedy = "check target.url, and see the log of the online directory"
	}
	return f
}

// refusal reads an error body (RFC 7644 §3.12). What is no SCIM error is summed up in a line.
func (t *Target) refusal(r reply) *diff.Refusal {
	var doc struct {
		ScimType string `json:"scimType"`
		Detail   string `json:"detail"`
	}
	detail := ""
	if err := json.Unmarshal(r.body, &doc); err == nil {
		detail = cmp.Or(doc.Detail, doc.ScimType)
	}
	if r.status >= 300 && r.status < 400 {
		detail = cmp.Or(detail, r.header.Get("Location"))
	}
	if detail == "" {
		detail = fmt.Sprintf("%d %s", r.status, http.StatusText(r.status))
		if text := summary([]byte(t.redacted(string(r.body)))); text != "" { // redacted whole: a cut would hide a part of a secret
			detail += ": " + text
		}
	}
	for _, secret := range r.secrets {
		detail = strings.ReplaceAll(detail, secret.Reveal(), secret.String())
	}
	return &diff.Refusal{Status: r.status, Type: oneLine(doc.ScimType), Detail: oneLine(t.redacted(detail))}
}

// redacted takes the token out of what a service says: it may quote the request back.
func (t *Target) redacted(text string) string {
	if token := t.token.Load(); token != nil {
		return strings.ReplaceAll(text, token.Reveal(), token.String())
	}
	return text
}

// summary makes a text out of any body: the title of an HTML page, its words, or what else there is.
func summary(body []byte) string {
	text := body[:min(len(body), 16<<10)]
	if _, rest, ok := bytes.Cut(text, []byte("<title>")); ok {
		text, _, _ = bytes.Cut(rest, []byte("</title>"))
	}
	var b strings.Builder
	tag := false
	for _, r := range string(text) {
		switch {
		case r == '<':
			tag = true
			b.WriteByte(' ')
		case r == '>' && tag:
			tag = false
		case !tag:
			b.WriteRune(r)
		}
	}
	return oneLine(b.String())
}

// oneLine makes foreign text safe to print: one line, no control characters, not too long.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if runes := []rune(s); len(runes) > longestDetail {
		s = string(runes[:longestDetail]) + "..."
	}
	return s
}
