//go:build !mutant_restored_ignored

package ldapsource

import "syncd/internal/directory"

// revive notes an object that was deleted before and lives again (MS-ADTS 3.1.1.5.3.7). The memberships and references that went with the
// deletion, in both directions, are no changes of it: they have to be compared as a whole.
func (c *changeSet) revive(a directory.Anchor) {
	c.restored[a] = struct{}{}
	c.whole[a] = struct{}{}
}
