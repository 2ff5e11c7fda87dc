package mapping

import (
	"math"
	"strconv"
	"time"

	"syncd/internal/directory"
)

const (
	accountDisabled = 0x2 // userAccountControl, MS-ADTS 2.2.16 ADS_UF_ACCOUNTDISABLE
	ticksPerSecond  = 10_000_000
	// epochSeconds lies between 1601-01-01, where FILETIME begins (MS-DTYP 2.3.3), and 1970-01-01.
	epochSeconds = 11_644_473_600
)

// accountState says whether an account may be used at the moment now, and when it expires (zero: never). Nothing in Active
// Directory changes when an account expires, so the clock is part of the answer. readable is false where userAccountControl is
// missing or no number, as after a lost read right: then nothing is known, and nothing may follow from it.
func accountState(a directory.Attributes, now time.Time) (enabled bool, expires time.Time, readable bool) {
	flags, err := strconv.ParseInt(a.First("userAccountControl"), 10, 64)
	if err != nil {
		return false, time.Time{}, false
	}
	expires, never := expiry(a.First("accountExpires"))
	return flags&accountDisabled == 0 && (never || !expired(expires, now)), expires, true
}

// expiry reads accountExpires: 100 ns ticks since 1601; absent, 0 and the largest number mean never (MS-ADA1 2.1).
func expiry(value string) (at time.Time, never bool) {
	if value == "" {
		return time.Time{}, true
	}
	ticks, err := strconv.ParseInt(value, 10, 64)
	if err != nil || ticks <= 0 || ticks == math.MaxInt64 {
		return time.Time{}, true
	}
	return time.Unix(ticks/ticksPerSecond-epochSeconds, 0).UTC(), false
}

// ExpiryValue writes a moment as accountExpires holds it.
func ExpiryValue(at time.Time) string {
	return strconv.FormatInt((at.Unix()+epochSeconds)*ticksPerSecond, 10)
}
