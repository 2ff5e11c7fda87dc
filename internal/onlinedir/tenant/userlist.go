package tenant

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"syncd/internal/onlinedir/scim"
)

// LargestCSV is how many bytes a file of user names may have: room for MostSelected lines with other columns beside.
const LargestCSV = 8 << 20

// UserList is what a CSV file says of whom a bulk action is about.
type UserList struct {
	Names    []string // each once, as it stands in the file first
	Repeated int      // lines that name somebody who was named before, in any case
}

// ParseCSV reads the user names of a CSV file (RFC 4180), for a Selection. A first line may name the columns; with several columns one must be
// called userName, whatever its case. It takes what spreadsheets write: commas, semicolons or tabs, a byte order mark, UTF-16, empty rows. A
// bad line is a fault that gives its number, as are a file without names and one with more than MostSelected.
func ParseCSV(file io.Reader) (list UserList, err error) {
	text, err := csvText(file)
	if err != nil {
		return list, err
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.TrimLeadingSpace = delimiter(text), -1, true
	var bad []string
	seen := make(map[string]bool)
	column := -1
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if broken, ok := errors.AsType[*csv.ParseError](err); ok {
			bad = append(bad, fmt.Sprintf("line %d: %s", broken.StartLine, broken.Err))
		} else if err != nil {
			return list, fmt.Errorf("read a CSV file: %w", err)
		}
		if len(bad) == MostNamed {
			break
		}
		if err != nil || blank(record) {
			continue
		}
		line, _ := r.FieldPos(0)
		if column < 0 {
			var header bool
			if column, header, err = headingOf(record); err != nil {
				return list, err
			}
			if header {
				continue
			}
		}
		name, why := nameIn(record, column)
		switch {
		case why != "":
			bad = append(bad, fmt.Sprintf("line %d: %s", line, why))
		case seen[scim.Fold(name)]:
			list.Repeated++
		case len(list.Names) == MostSelected:
			return list, tooMany()
		default:
			seen[scim.Fold(name)] = true
			list.Names = append(list.Names, name)
		}
	}
	switch {
	case len(bad) > 0:
		return list, mistake("the file cannot be read: "+strings.Join(bad, "; "), "correct these lines, then choose the file again")
	case len(list.Names) == 0:
		return list, mistake("the file has no user names", "write one user name in each line, below the heading userName")
	}
	return list, nil
}

// csvText reads the whole file as UTF-8, without its byte order mark.
func csvText(file io.Reader) (string, error) {
	data, err := io.ReadAll(io.LimitReader(file, LargestCSV+1))
	if err != nil {
		return "", fmt.Errorf("read a CSV file: %w", err)
	}
	if len(data) > LargestCSV {
		return "", mistake(fmt.Sprintf("the file is larger than %d MiB", LargestCSV>>20), "leave the other columns out")
	}
	for mark, unit := range map[string]func(b []byte) uint16{
		"\xff\xfe": func(b []byte) uint16 { return uint16(b[0]) | uint16(b[1])<<8 },
		"\xfe\xff": func(b []byte) uint16 { return uint16(b[1]) | uint16(b[0])<<8 },
	} {
		if rest, ok := bytes.CutPrefix(data, []byte(mark)); ok {
			units := make([]uint16, len(rest)/2)
			for i := range units {
				units[i] = unit(rest[2*i:])
			}
			return string(utf16.Decode(units)), nil
		}
	}
	return string(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))), nil
}

// delimiter is what parts the columns of the first line: the semicolon or the tab where there is one, else the comma.
func delimiter(text string) rune {
	first, _, _ := strings.Cut(strings.TrimLeft(text, "\r\n"), "\n")
	for _, r := range ";\t" {
		if strings.ContainsRune(first, r) {
			return r
		}
	}
	return ','
}

func blank(record []string) bool {
	return !slices.ContainsFunc(record, func(field string) bool { return strings.TrimSpace(field) != "" })
}

// headingOf finds the user names by the first line, and tells whether that is a heading.
func headingOf(first []string) (column int, header bool, err error) {
	column = slices.IndexFunc(first, func(field string) bool {
		word := strings.ToLower(strings.NewReplacer(" ", "", "-", "", "_", "").Replace(field))
		return word == "username" || word == "userprincipalname" || word == "upn"
	})
	if column >= 0 {
		return column, true, nil
	}
	if len(first) > 1 {
		return 0, false, mistake("the file has several columns, and its first line calls none of them userName", "add a first line that names the columns")
	}
	return 0, false, nil
}

// nameIn takes the user name out of a line, or says what is wrong with it.
func nameIn(record []string, column int) (name, why string) {
	if column >= len(record) || strings.TrimSpace(record[column]) == "" {
		return "", "no user name"
	}
	name = strings.TrimSpace(record[column])
	switch {
	case !utf8.ValidString(name):
		return "", "not UTF-8; save the file as “CSV UTF-8”"
	case checkLine("the user name", name, longestValue) != nil:
		return "", "no user name, but something else"
	}
	return name, ""
}
