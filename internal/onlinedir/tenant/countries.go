package tenant

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"strings"
)

// Country is what a usage location can be.
type Country struct {
	Code string // ISO 3166-1 alpha-2
	Name string // in English
}

// countries.txt has one country of ISO 3166-1 in each line, after iso3166.tab of the time zone database, which is in the public domain.
//
//go:embed countries.txt
var countries string

// Countries lists the countries of ISO 3166-1, by code.
func Countries() []Country {
	var list []Country
	for line := range strings.Lines(countries) {
		code, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		list = append(list, Country{code, name})
	}
	return list
}

// countryCode is the code in capitals; what is none is a fault.
func countryCode(text string) (string, error) {
	code := strings.ToUpper(strings.TrimSpace(text))
	if code == "" {
		return "", nil
	}
	for line := range strings.Lines(countries) {
		if len(code) == 2 && strings.HasPrefix(line, code+" ") {
			return code, nil
		}
	}
	return "", mistake(fmt.Sprintf("%q is no country code", text), "give the two letters of ISO 3166-1, such as DE or US")
}

// UsageLocation is what EditUser calls the country in which an account is used (ISO 3166-1 alpha-2, in any case), "" for none. It is the
// administrators' own, also of synchronised accounts: nothing that a client of synchronisation sends changes it, and it comes back from the
// recycle bin. No SCIM document shows it, so the version stays.
const UsageLocation = "usageLocation"

// usageLocation is "" for none, and for what is no user.
func (r *Reader) usageLocation(ctx context.Context, of *Record) (code string, err error) {
	_, err = r.row(ctx, "SELECT coalesce(usage_location, '') FROM resource WHERE seq = ?", []any{of.seq}, &code)
	return code, during("read the usage location of "+of.ID, err)
}

func (w *Writer) setUsageLocation(ctx context.Context, user *Record, country string) error {
	code, err := countryCode(country)
	if err != nil {
		return err
	}
	changed, err := w.exec(ctx, "UPDATE resource SET usage_location = ? WHERE seq = ? AND usage_location IS NOT ?", optional(code), user.seq, optional(code))
	if err != nil {
		return fmt.Errorf("change the usage location of %s: %w", user.ID, err)
	}
	if changed == 0 {
		return nil
	}
	return w.note(ctx, DidChange, user.ID, nameOf(user.Document), "usage location: "+cmp.Or(code, "none"))
}
