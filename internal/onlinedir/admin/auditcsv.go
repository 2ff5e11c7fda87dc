package admin

import (
	"encoding/csv"
	"net/http"
	"strings"
	"time"

	"go.uber.org/zap"

	"syncd/internal/onlinedir/tenant"
)

// auditCSV sends what the filters of the page let through as a CSV file (RFC 4180), page after page. Where reading fails in the middle, the
// connection is cut, so that nobody takes a part for the whole.
func (v *visit) auditCSV() error {
	q, err := v.auditQuery()
	if err != nil {
		return err
	}
	rows := csv.NewWriter(v.w)
	rows.UseCRLF = true
	begun := false
	begin := func() error {
		if begun {
			return nil
		}
		begun = true
		h := v.w.Header()
		h.Set("Content-Type", "text/csv; charset=utf-8; header=present")
		h.Set("Content-Disposition", `attachment; filename="audit-`+v.tenant.Now().UTC().Format(day)+`.csv"`)
		return rows.Write([]string{"time", "who", "synchronisation", "action", "name", "id", "detail"})
	}
	err = v.tenant.EachEntry(v.ctx(), q, func(e tenant.Entry) error {
		if err := begin(); err != nil {
			return err
		}
		return rows.Write(auditRow(e))
	})
	if err == nil {
		err = begin() // an empty log has a head too
	}
	switch {
	case !begun:
		return err
	case err != nil && rows.Error() == nil: // else the browser has gone
		v.log.Error("a download of the audit log was cut", zap.Error(err))
		panic(http.ErrAbortHandler)
	}
	rows.Flush()
	return nil
}

func auditRow(e tenant.Entry) []string {
	who := "no"
	if e.Sync {
		who = "yes"
	}
	return []string{e.At.UTC().Format(time.RFC3339), cell(e.Actor), who, cell(string(e.Action)), cell(e.Name), cell(e.Resource), cell(e.Detail)}
}

// cell keeps a spreadsheet from taking a value for a formula: an apostrophe makes it text (OWASP, "CSV Injection").
func cell(value string) string {
	if strings.ContainsAny(value[:min(1, len(value))], "=+-@\t\r\n") {
		return "'" + value
	}
	return value
}
