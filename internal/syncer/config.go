package syncer

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"syncd/internal/directory"
)

// ScheduleConfig is the section "schedule" of the configuration file. Times are UTC unless the expression begins with
// "CRON_TZ=Zone ".
type ScheduleConfig struct {
	Sync string `yaml:"sync"`
	Full string `yaml:"full"`
}

// DefaultSchedule is a pass every three hours and a full one every week.
func DefaultSchedule() ScheduleConfig { return ScheduleConfig{Sync: "@every 3h", Full: "0 2 * * 0"} }

// Validate parses both expressions.
func (c *ScheduleConfig) Validate() error {
	var errs []error
	for _, e := range []struct{ field, spec string }{{"sync", c.Sync}, {"full", c.Full}} {
		if _, err := parseSchedule(e.spec); err != nil {
			errs = append(errs, &directory.FieldError{
				Field: e.field, Problem: fmt.Sprintf("%q is no schedule: %v", e.spec, err),
				Remedy: "write a cron expression of five fields, such as `0 */3 * * *`, or `@every 3h`",
			})
		}
	}
	return errors.Join(errs...)
}

// FullDue reports whether the schedule asked for a full pass after the last one, zero for none, and not later than now. What is no
// schedule asks for nothing.
func (c *ScheduleConfig) FullDue(last, now time.Time) bool {
	schedule, err := parseSchedule(c.Full)
	if err != nil || last.IsZero() {
		return false
	}
	next := schedule.Next(last.UTC())
	return !next.IsZero() && !next.After(now)
}

// parseSchedule is cron.ParseStandard without its panics and without its leniency: a time zone must be followed by an expression.
func parseSchedule(spec string) (cron.Schedule, error) {
	expression := spec
	if strings.HasPrefix(spec, "TZ=") || strings.HasPrefix(spec, "CRON_TZ=") {
		zone, rest, found := strings.Cut(spec, " ")
		if _, name, _ := strings.Cut(zone, "="); name == "" || !found || strings.TrimSpace(rest) == "" {
			return nil, errors.New("a time zone needs a name, a blank and an expression after it")
		}
		expression = strings.TrimSpace(rest)
	}
	schedule, err := cron.ParseStandard(spec)
	if err != nil {
		return nil, err
	}
	if every, ok := strings.CutPrefix(expression, "@every "); ok {
		if delay, err := time.ParseDuration(every); err != nil || delay < time.Second { // the parser makes a second of it
			return nil, errors.New("less than a second")
		}
	}
	return schedule, nil
}

// SafetyConfig is the section "safety" of the configuration file.
type SafetyConfig struct {
	MaxDepartures        int      `yaml:"max_departures"`
	MaxDeparturesPercent float64  `yaml:"max_departures_percent"`
	OnDeparture          string   `yaml:"on_departure"` // "delete" or "block"
	Reactivate           bool     `yaml:"reactivate"`   // lift syncd's own block when the account is enabled again
	Canaries             []string `yaml:"canaries"`
}

// The values of on_departure.
const (
	DeleteDeparted = "delete"
	BlockDeparted  = "block"
)

// DefaultSafety holds a pass that removes more than 500 objects or a tenth of them.
func DefaultSafety() SafetyConfig {
	return SafetyConfig{MaxDepartures: 500, MaxDeparturesPercent: 10, OnDeparture: DeleteDeparted, Reactivate: true}
}

// Validate checks the limits.
func (c *SafetyConfig) Validate() error {
	var errs []error
	if c.MaxDepartures < 0 {
		errs = append(errs, &directory.FieldError{Field: "max_departures", Problem: "is negative", Remedy: "write a number from 0 up"})
	}
	if c.MaxDeparturesPercent < 0 || c.MaxDeparturesPercent > 100 {
		errs = append(errs, &directory.FieldError{Field: "max_departures_percent", Problem: "is no percentage", Remedy: "write a number from 0 to 100"})
	}
	if c.OnDeparture != DeleteDeparted && c.OnDeparture != BlockDeparted {
		errs = append(errs, &directory.FieldError{
			Field: "on_departure", Problem: fmt.Sprintf("%q is unknown", c.OnDeparture), Remedy: "write `delete` or `block`",
		})
	}
	return errors.Join(errs...)
}
