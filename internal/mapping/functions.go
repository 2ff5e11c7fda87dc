package mapping

import (
	"errors"
	"fmt"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// function is one of this package's own functions in expressions. A rule whose function gives an error refuses the object.
type function struct {
	name  string
	run   func(args ...any) (any, error)
	types []any // pointers to the functions' types, which the compiler checks calls against
}

// concatenation is how the compiler calls the operator +. It is no name that an expression could have.
const concatenation = "+"

var errTooLong = fmt.Errorf("it makes a text of more than %d bytes", maxText)

func (l *language) ownFunctions() []function {
	return []function{
		{"first", firstText, []any{new(func([]string) string), new(func([]any) string), new(func(...string) string)}},
		{"substring", substring, []any{new(func(string, int) string), new(func(string, int, int) string)}},
		{"replace", l.replace, []any{new(func(string, string, string) string)}},
		{"split", split, []any{new(func(string, string) []string)}},
		{"join", join, []any{new(func([]string, string) string), new(func([]any, string) string)}},
		{"before", before, []any{new(func(string, string) string)}},
		{"after", after, []any{new(func(string, string) string)}},
		{"domain", domain, []any{new(func(string) string)}},
		{"ou", organizationalUnit, []any{new(func(string, int) string)}},
		{"photo", photo, []any{new(func(string, int) string)}},
		{concatenation, concatenate, []any{new(func(string, string) string)}},
	}
}

// firstText is the first text that is not blank, of its arguments or of a list.
func firstText(args ...any) (any, error) {
	for _, arg := range args {
		switch v := arg.(type) {
		case nil:
		case string:
			if strings.TrimSpace(v) != "" {
				return v, nil
			}
		case []string:
			for _, s := range v {
				if strings.TrimSpace(s) != "" {
					return s, nil
				}
			}
		case []any:
			if s, err := firstText(v...); err != nil || s != "" {
				return s, err
			}
		default:
			return "", fmt.Errorf("first takes text, not %s", typeName(arg))
		}
	}
	return "", nil
}

// substring(s, start) and substring(s, start, length) count characters from 0; what is beyond the end is not there.
func substring(args ...any) (any, error) {
	s, err := textOf(args[0])
	if err != nil {
		return "", err
	}
	runes := []rune(s)
	start, err := numberOf(args[1])
	if err != nil {
		return "", err
	}
	start = min(max(start, 0), len(runes))
	length := len(runes) - start
	if len(args) == 3 {
		n, err := numberOf(args[2])
		if err != nil {
			return "", err
		}
		length = min(max(n, 0), length)
	}
	return string(runes[start : start+length]), nil
}

// replace(s, pattern, with) replaces every match; $1 in with is the first group.
func (l *language) replace(args ...any) (any, error) {
	s, pattern, with, err := threeTexts(args)
	if err != nil {
		return "", err
	}
	compiled, ok := l.patterns[pattern]
	if !ok {
		return "", errors.New("the pattern of replace is unknown")
	}
	return bounded(compiled.ReplaceAllString(s, with))
}

func split(args ...any) (any, error) {
	s, separator, err := twoTexts(args)
	return strings.Split(s, separator), err
}

func join(args ...any) (any, error) {
	separator, err := textOf(args[1])
	if err != nil {
		return "", err
	}
	list, ok := args[0].([]string)
	if !ok {
		some, _ := args[0].([]any) // the compiler lets nothing else come here but what it does not know the type of
		if list, err = texts(some); err != nil {
			return "", err
		}
	}
	length := 0
	for _, s := range list {
		length += len(s) + len(separator)
	}
	if length > maxText {
		return "", errTooLong
	}
	return strings.Join(list, separator), nil
}

// before(s, separator) is what comes before the first separator, all of s where there is none.
func before(args ...any) (any, error) {
	s, separator, err := twoTexts(args)
	s, _, _ = strings.Cut(s, separator)
	return s, err
}

// after(s, separator) is what comes after the first separator, "" where there is none.
func after(args ...any) (any, error) {
	s, separator, err := twoTexts(args)
	_, s, _ = strings.Cut(s, separator)
	return s, err
}

// domain() is the DNS name of the object's domain.
func domain(args ...any) (any, error) {
	dn, err := textOf(args[0])
	return domainOf(dn), err
}

// organizationalUnit is ou(n): the name of the nth OU above the object, the nearest being 1; "" where there are fewer.
func organizationalUnit(args ...any) (any, error) {
	dn, err := textOf(args[0])
	if err != nil {
		return "", err
	}
	n, err := numberOf(args[1])
	if err != nil {
		return "", err
	}
	parsed, err := ldap.ParseDN(dn)
	if err != nil {
		return "", fmt.Errorf("%q is no distinguished name", dn)
	}
	for _, rdn := range parsed.RDNs[min(1, len(parsed.RDNs)):] {
		if len(rdn.Attributes) == 1 && strings.EqualFold(rdn.Attributes[0].Type, "OU") {
			if n--; n == 0 {
				return rdn.Attributes[0].Value, nil
			}
		}
	}
	return "", nil
}

func photo(args ...any) (any, error) {
	picture, err := textOf(args[0])
	if err != nil {
		return "", err
	}
	limit, err := numberOf(args[1])
	return photoURI(picture, limit), err
}

func concatenate(args ...any) (any, error) {
	a, b, err := twoTexts(args)
	if err != nil {
		return "", err
	}
	if len(a)+len(b) > maxText {
		return "", errTooLong
	}
	return a + b, nil
}

func bounded(s string) (any, error) {
	if len(s) > maxText {
		return "", errTooLong
	}
	return s, nil
}

// The compiler has checked the types of arguments where it knows them; where it does not, a wrong one is found here.

func textOf(arg any) (string, error) {
	s, ok := arg.(string)
	if !ok {
		return "", fmt.Errorf("a function that takes text was given %s", typeName(arg))
	}
	return s, nil
}

func numberOf(arg any) (int, error) {
	n, ok := arg.(int)
	if !ok {
		return 0, fmt.Errorf("a function that takes a whole number was given %s", typeName(arg))
	}
	return n, nil
}

func twoTexts(args []any) (a, b string, err error) {
	a, errA := textOf(args[0])
	b, errB := textOf(args[1])
	return a, b, errors.Join(errA, errB)
}

func threeTexts(args []any) (a, b, c string, err error) {
	a, b, errAB := twoTexts(args)
	c, errC := textOf(args[2])
	return a, b, c, errors.Join(errAB, errC)
}
