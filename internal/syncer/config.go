package syncer

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// ScheduleConfig is the section "schedule" of the configuration file. Times are UTC unless the expression begins with
// "CRON_TZ=Zone ".
type ScheduleConfig struct {
	// when passes are made: a cron expression of five fields, or `@every`; the first pass is made at the start, and refused objects get passes of their own
	// in between
	Sync string `yaml:"sync"`
	// when a full pass compares everything
	Full string `yaml:"full"`
	// these full passes read back what is online too, and repair what others changed of what syncd masters
	Verify bool `yaml:"verify"`
}

// DefaultSchedule is a pass every three hours, and every week a full one that verifies.
func DefaultSchedule() ScheduleConfig {
	return ScheduleConfig{Sync: "@every 3h", Full: "0 2 * * 0", Verify: true}
}

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

// limits are what the planner goes by.
func (c *SafetyConfig) limits() diff.Limits {
	return diff.Limits{
		MaxDepartures: c.MaxDepartures, MaxPercent: c.MaxDeparturesPercent, MaxBlocks: c.MaxBlocks, MaxBlocksPercent: c.MaxBlocksPercent,
		MaxMembersRemoved: c.MaxMembers, MaxMembersRemovedPercent: c.MaxMembersPercent,
	}
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
	// more departures than this,
	MaxDepartures int `yaml:"max_departures"`
	// or than this share of everything online, are held until `syncd approve` or `syncd reject`; everything else goes on
	MaxDeparturesPercent float64 `yaml:"max_departures_percent"`
	// more accounts than this to be blocked, because they are disabled or expired in Active Directory,
	MaxBlocks int `yaml:"max_blocks"`
	// or than this share of everything online, from more than ten on, are held. This is the one exception to the rule that leavers are blocked at once: raise
	// `max_blocks` beyond the number of your people, and the percentage to 100, if a wrong mass block is less of a danger to you than a late one
	MaxBlocksPercent float64 `yaml:"max_blocks_percent"`
	// more memberships of one group than this that end in one pass,
	MaxMembers int `yaml:"max_members_removed"`
	// or than this share of its members, from more than ten on, are held. Memberships of people who depart are not counted
	MaxMembersPercent float64 `yaml:"max_members_removed_percent"`
	// `delete` or `block`, which keeps the accounts of leavers online, blocked, with their memberships; contacts and groups are deleted all the same
	OnDeparture string `yaml:"on_departure"`
	// `false`: what syncd blocked stays blocked when the account is enabled again in Active Directory
	Reactivate bool `yaml:"reactivate"`
	// distinguished names or anchors that must be visible, or the read counts as partial and nothing is done
	Canaries []string `yaml:"canaries"`
}

// The values of on_departure.
const (
	DeleteDeparted = "delete"
	BlockDeparted  = "block"
)

// DefaultSafety holds a pass that removes more than 500 objects or a tenth of them, blocks more than 500 accounts or a quarter, or takes
// more than 500 members from one group.
func DefaultSafety() SafetyConfig {
	return SafetyConfig{
		MaxDepartures: 500, MaxDeparturesPercent: 10, MaxBlocks: 500, MaxBlocksPercent: 25, MaxMembers: 500, MaxMembersPercent: 100,
		OnDeparture: DeleteDeparted, Reactivate: true,
	}
}

// Validate checks the limits.
func (c *SafetyConfig) Validate() error {
	var errs []error
	for _, limit := range []struct {
		field string
		n     int
		share float64
	}{
		{"max_departures", c.MaxDepartures, c.MaxDeparturesPercent},
		{"max_blocks", c.MaxBlocks, c.MaxBlocksPercent},
		{"max_members_removed", c.MaxMembers, c.MaxMembersPercent},
	} {
		if limit.n < 0 {
			errs = append(errs, &directory.FieldError{Field: limit.field, Problem: "is negative", Remedy: "write a number from 0 up"})
		}
		if limit.share < 0 || limit.share > 100 {
			errs = append(errs, &directory.FieldError{Field: limit.field + "_percent", Problem: "is no percentage", Remedy: "write a number from 0 to 100"})
		}
	}
	if c.OnDeparture != DeleteDeparted && c.OnDeparture != BlockDeparted {
		errs = append(errs, &directory.FieldError{
			Field: "on_departure", Problem: fmt.Sprintf("%q is unknown", c.OnDeparture), Remedy: "write `delete` or `block`",
		})
	}
	return errors.Join(errs...)
}
