package admin

import (
	"encoding/csv"
	"net/http"
	"strings"
	"time"

	"go.uber.org/zap"

	"syncd/internal/onlinedir/tenant"
)

// rowsAtOnce is how many entries of the log a download holds in memory.
const rowsAtOnce = 500

// auditCSV sends what the filters of the page let through as a CSV file (RFC 4180), page after page. Where reading fails in the middle, the
// connection is cut, so that nobody takes a part for the whole.
func (v *visit) auditCSV() error {
	q, err := v.auditQuery()
	if err != nil {
		return err
	}
	q.After, q.Limit = "", rowsAtOnce
	page, err := v.tenant.Audit(v.ctx(), q)
	if err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8; header=present")
	h.Set("Content-Disposition", `attachment; filename="audit-`+v.tenant.Now().UTC().Format(day)+`.csv"`)
	rows := csv.NewWriter(v.w)
	rows.UseCRLF = true
	_ = rows.Write([]string{"time", "who", "synchronisation", "action", "name", "id", "detail"}) // Flush tells of errors
	for {
		for _, e := range page.Entries {
			_ = rows.Write(auditRow(e))
		}
		rows.Flush()
		if err := rows.Error(); err != nil {
			return nil // the browser has gone
		}
		if page.Next == "" {
			return nil
		}
		q.After = page.Next
		if page, err = v.tenant.Audit(v.ctx(), q); err != nil {
			v.log.Error("a download of the audit log was cut", zap.Error(err))
			panic(http.ErrAbortHandler)
		}
	}
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
