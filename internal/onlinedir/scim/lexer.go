package scim

import (
	"encoding/json"
	"fmt"
	"strings"
)

type tokenKind uint8

const (
	endToken tokenKind = iota
	wordToken
	stringToken
	openParen
	closeParen
	openBracket
	closeBracket
	badToken
)

// token is one piece of a filter; text is the word, or the string's value.
type token struct {
	kind tokenKind
	text string
}

func (t token) String() string {
	switch t.kind {
	case endToken:
		return "the end"
	case stringToken, wordToken:
		return clip(t.text)
	case badToken:
		return "a string that does not end or is no JSON string"
	}
	return `"` + t.text + `"`
}

// lexer cuts a filter or path into tokens (RFC 7644 §3.4.2.2, figure 1). Words end at blanks, brackets and quotes.
type lexer struct {
	text string
	at   int
}

func (l *lexer) next() token {
	for l.at < len(l.text) && (l.text[l.at] == ' ' || l.text[l.at] == '\t') {
		l.at++
	}
	if l.at == len(l.text) {
		return token{}
	}
	c := l.text[l.at]
	if kind := bracket(c); kind != endToken {
		l.at++
		return token{kind, string(c)}
	}
	if c == '"' {
		return l.quoted()
	}
	n := strings.IndexAny(l.text[l.at:], " \t()[]\"")
	if n < 0 {
		n = len(l.text) - l.at
	}
	word := l.text[l.at : l.at+n]
	l.at += n
	return token{wordToken, word}
}

// bracket is the kind of a one-character token, endToken for any other character.
func bracket(c byte) tokenKind {
	switch c {
	case '(':
		return openParen
	case ')':
		return closeParen
	case '[':
		return openBracket
	case ']':
		return closeBracket
	}
	return endToken
}

// quoted reads a JSON string.
func (l *lexer) quoted() token {
	for i := l.at + 1; i < len(l.text); i++ {
		switch l.text[i] {
		case '\\':
			i++
		case '"':
			var s string
			if err := json.Unmarshal([]byte(l.text[l.at:i+1]), &s); err != nil || halfCharacter([]byte(l.text[l.at:i+1])) != "" {
				l.at = len(l.text)
				return token{kind: badToken}
			}
			l.at = i + 1
			return token{stringToken, s}
		}
	}
	l.at = len(l.text)
	return token{kind: badToken}
}

// peek looks at the next token without taking it.
func (l *lexer) peek() token {
	at := l.at
	t := l.next()
	l.at = at
	return t
}

// expect takes the next token, which must be of a kind.
func (l *lexer) expect(kind tokenKind, what string) error {
	if t := l.next(); t.kind != kind {
		return fmt.Errorf("expected %s, found %s", what, t)
	}
	return nil
}
