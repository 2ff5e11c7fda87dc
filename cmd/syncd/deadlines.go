package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"syncd/internal/control"
)

// deadlines says how long what runs out by itself will last: "deletions known for 178 more days · certificates 212 days (AD), 97 days (online)".
// What is not known is left out; it is empty where nothing is.
func deadlines(s *control.Status, now time.Time) string {
	var parts []string
	if until := s.DeletionsKnownUntil; !until.IsZero() {
		if until.Before(now) {
			parts = append(parts, "deletions may have been missed: the next pass is a full one")
		} else {
			parts = append(parts, "deletions known for "+daysLeft(until.Sub(now), "more "))
		}
	}
	var ends []string
	for _, peer := range []struct{ id, name string }{{control.PeerLDAP, "AD"}, {control.PeerTarget, "online"}} {
		end, seen := s.Certificates[peer.id]
		switch {
		case !seen:
		case end.Before(now):
			ends = append(ends, fmt.Sprintf("has ended (%s)", peer.name))
		default:
			ends = append(ends, fmt.Sprintf("%s (%s)", daysLeft(end.Sub(now), ""), peer.name))
		}
	}
	if len(ends) > 0 {
		parts = append(parts, plural(len(ends), "certificate")+" "+strings.Join(ends, ", "))
	}
	return strings.Join(parts, " · ")
}

// daysLeft rounds down: what ends within a day is "less than a day".
func daysLeft(left time.Duration, more string) string {
	n := int(left / (24 * time.Hour))
	if n < 1 {
		return "less than a day"
	}
	return humanize.Comma(int64(n)) + " " + more + plural(n, "day")
}
