package ldapsource

import "time"

// generalized is the form of times (RFC 4517 §3.3.13, as MS-ADTS writes it).
const generalized = "20060102150405.0Z"

// moment reads a time of Active Directory; zero when unreadable: it is only ever compared, and feeds a metric. Every object has one, so it
// does without time.Parse.
func moment(v string) time.Time {
	if len(v) != len(generalized) || v[14] != '.' || v[16] != 'Z' {
		return time.Time{}
	}
	part := func(from, to int) int {
		n := 0
		for _, digit := range []byte(v[from:to]) {
			if digit < '0' || digit > '9' {
				return -1
			}
			n = 10*n + int(digit-'0')
		}
		return n
	}
	year, month, day := part(0, 4), part(4, 6), part(6, 8)
	hour, minute, second, tenth := part(8, 10), part(10, 12), part(12, 14), part(15, 16)
	if min(year, day, hour, minute, second, tenth) < 0 || month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, tenth*int(time.Second/10), time.UTC)
	if t.Day() != day { // the month has fewer
		return time.Time{}
	}
	return t
}
