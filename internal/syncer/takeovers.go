package syncer

import (
	"context"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// takeovers are the accounts that nobody owns and that creations of a pass could take over. Which of them may is known only when all have
// been tried: where two lead to the same account nobody can tell whose it is, and both are refused. It grows with the accounts that were
// made by hand, not with the directory.
type takeovers struct {
	accounts  map[directory.Anchor]string // by who could take them over
	claimants map[string][]claimant       // by account, two at most
	waiting   map[directory.Anchor]bool   // to be sent once more, now that it is known
}

type claimant struct {
	anchor directory.Anchor
	name   string
}

// note keeps an answer that asks whether an account may be taken over. It is asked once.
func (t *takeovers) note(a *diff.Answer) (noted bool) {
	account := a.Refusal.Account
	if _, asked := t.accounts[a.Anchor]; account == "" || asked {
		return false
	}
	if t.accounts == nil {
		t.accounts, t.claimants = map[directory.Anchor]string{}, map[string][]claimant{}
	}
	if t.waiting == nil {
		t.waiting = map[directory.Anchor]bool{}
	}
	t.accounts[a.Anchor], t.waiting[a.Anchor] = account, true
	if list := t.claimants[account]; len(list) < 2 {
		t.claimants[account] = append(list, claimant{a.Anchor, a.Refusal.Claimant})
	}
	return true
}

// decide says in a creation which account it may take over, or who else leads to it.
func (t *takeovers) decide(c *diff.Change) {
	account, asked := t.accounts[c.Anchor]
	if !asked {
		return
	}
	for _, other := range t.claimants[account] {
		if other.anchor != c.Anchor {
			c.Rival = other.name
			return
		}
	}
	c.TakeOver = account
}

// applyTakeovers sends the creations once more that could take over an account.
func (s *Syncer) applyTakeovers(ctx context.Context, p *pass, op diff.Op) error {
	waiting := p.takeovers.waiting
	if len(waiting) == 0 {
		return nil
	}
	p.takeovers.waiting = nil
	return s.applyEach(ctx, p, op, func(c *diff.Change) (bool, error) { return waiting[c.Anchor], nil }, func(int) {})
}
