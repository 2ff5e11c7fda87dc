package ldapsource

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// lasting tells for how long syncd will be let in: until its account expires, or the account's password.
func (c *Checkup) lasting() {
	a := &c.account
	now := c.session.source.options.Now()
	if at, known := fileTime(a.ends); known && !at.IsZero() && daysOf(at.Sub(now)) < fewDays {
		remedy := "Clear-ADAccountExpiration " + a.name()
		if a.samba {
			remedy = fmt.Sprintf("samba-tool user setexpiry %s --noexpiry", a.name())
		}
		c.warn(checkPassword, fmt.Sprintf("the account %s itself expires in %s: nothing is read after that", a.called(), plural(daysOf(at.Sub(now)), "day")), remedy)
		return
	}
	remedy := fmt.Sprintf("Set-ADUser %s -PasswordNeverExpires $true", a.name())
	if a.samba {
		remedy = fmt.Sprintf("samba-tool user setexpiry %s --noexpiry", a.name())
	}
	remedy += ", or renew it in time in " + c.session.source.cfg.Bind.PasswordFile
	switch at, known := a.expiry(); {
	case !known:
		c.warn(checkPassword, "when the password of "+a.called()+" expires cannot be read, and it may", remedy)
	case at.IsZero():
		c.fine(checkPassword, "the password of %s does not expire", a.called())
	case daysOf(at.Sub(now)) < fewDays:
		c.warn(checkPassword, fmt.Sprintf("the password of %s expires in %s: nothing is read after that", a.called(), plural(daysOf(at.Sub(now)), "day")), remedy)
	default:
		c.fine(checkPassword, "the password of %s is good for %s", a.called(), plural(daysOf(at.Sub(now)), "more day"))
	}
}

// expiry is when the account's password expires; zero for never. known is false where Active Directory does not tell.
func (a *account) expiry() (at time.Time, known bool) {
	const neverExpires = 0x10000 // of userAccountControl (MS-ADTS 2.2.16)
	if flags, err := strconv.ParseInt(a.flags, 10, 64); err == nil && flags&neverExpires != 0 {
		return time.Time{}, true
	}
	return fileTime(a.expires)
}

// fileTime reads ticks of 100 ns since 1601 (MS-DTYP 2.3.3); never, as 0 or the largest number, is the zero time. known is false for what is
// no number.
func fileTime(text string) (at time.Time, known bool) {
	const second, epoch = 10_000_000, 11_644_473_600 // ticks; seconds from 1601 to 1970
	ticks, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil || ticks < 0:
		return time.Time{}, false
	case ticks == 0 || ticks == math.MaxInt64:
		return time.Time{}, true
	}
	return time.Unix(ticks/second-epoch, ticks%second*100).UTC(), true
}
