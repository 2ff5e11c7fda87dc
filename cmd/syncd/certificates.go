package main

import (
	"maps"
	"sync"
	"time"
)

// certificates are the ends of the server certificates that were seen last, by peer (see control.Status). The zero value has seen none. It is
// safe for concurrent use.
type certificates struct {
	mu   sync.Mutex
	ends map[string]time.Time
}

// of returns what takes the ends of one peer's certificates.
func (c *certificates) of(peer string) func(end time.Time) {
	return func(end time.Time) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.ends == nil {
			c.ends = map[string]time.Time{}
		}
		c.ends[peer] = end.UTC()
	}
}

// seen is a copy, never nil.
func (c *certificates) seen() map[string]time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ends == nil {
		return map[string]time.Time{}
	}
	return maps.Clone(c.ends)
}
