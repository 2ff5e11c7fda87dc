package ldapsource

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"syncd/internal/directory"
)

// Rights tells which of the rights that syncd uses its account has or lacks, and which it has beyond them: the names of the findings are
// "read the directory", "replication right", "deleted objects" and "excess rights". It reads only.
func (s *Session) Rights(ctx context.Context, report func(directory.Finding)) error {
	defer s.during(ctx)()
	report(directory.Finding{Level: directory.Fine, Name: "read the directory", Found: "reads " + s.base + " on " + s.server})
	if _, err := s.best(ctx); err != nil {
		return err
	}
	replication := directory.Finding{Level: directory.Fine, Name: "replication right", Found: "DirSync shows every change"}
	if s.strategy != directory.DirSync {
		found, remedy, _ := strings.Cut(s.why, "; ")
		replication = directory.Finding{Level: directory.Warning, Name: replication.Name, Found: found, Remedy: remedy}
	}
	report(replication)
	deleted := directory.Finding{Level: directory.Fine, Name: "deleted objects", Found: "deletions are seen"}
	if !s.tombstones {
		deleted = directory.Finding{
			Level: directory.Warning, Name: deleted.Name, Found: s.source.cfg.Bind.User + " cannot see the deleted objects: deletions would go unnoticed",
			Remedy: fmt.Sprintf("take ownership of CN=Deleted Objects and grant it: dsacls \"CN=Deleted Objects,%s\" /takeownership, then dsacls \"CN=Deleted Objects,%[1]s\" /G \"%s:LCRP\"",
				s.domain(), s.source.cfg.Bind.User),
		}
	}
	report(deleted)
	excess, err := s.excess(ctx)
	if err != nil {
		return err
	}
	report(excess)
	return nil
}

// powerful are the groups that make an account an administrator, by the last number of their SID (MS-DTYP 2.4.2.4).
func powerful() map[uint32]string {
	return map[uint32]string{512: "Domain Admins", 518: "Schema Admins", 519: "Enterprise Admins", 544: "Administrators", 551: "Backup Operators", 548: "Account Operators"}
}

// excess looks for membership, nested too, in the groups of administrators.
func (s *Session) excess(ctx context.Context) (directory.Finding, error) {
	f := directory.Finding{Level: directory.Fine, Name: "excess rights", Found: "none: the account is in no group of administrators"}
	if s.ownGUID.IsZero() {
		f.Found = "not known: the account belongs to another domain"
		return f, nil
	}
	sids, err := s.ownGroups(ctx)
	if err != nil {
		return f, s.fault(ctx, err, "reading the groups of its own account")
	}
	var groups []string
	for _, sid := range sids {
		if name := powerful()[sid]; name != "" {
			groups = append(groups, name)
		}
	}
	switch {
	case len(sids) == 0:
		f.Found = "not known: the account may not read its own groups"
		return f, nil
	case len(groups) == 0:
		return f, nil
	}
	slices.Sort(groups)
	return directory.Finding{
		Level: directory.Warning, Name: f.Name, Found: "member of " + strings.Join(groups, ", ") + ": syncd needs far less",
		Remedy: "take the account out of these groups, or use one of its own; docs/configuration.md lists the rights that it needs",
	}, nil
}

// ownGroups are the last numbers of the SIDs of the groups that the account is in, nested ones and the primary one included, without
// repeats. Values may come in ranges.
func (s *Session) ownGroups(ctx context.Context) ([]uint32, error) {
	const attribute = "tokenGroups"
	var all []uint32
	for ask, next := attribute, 1; next > 0; ask = fmt.Sprintf("%s;range=%d-*", attribute, next) {
		e, err := s.read(ctx, baseOf(s.ownGUID), anyObject, []string{ask})
		if err != nil || e == nil {
			return all, err
		}
		next = 0
		for _, a := range e.Attributes {
			name, more := splitRange(a.Name)
			if !strings.EqualFold(name, attribute) {
				continue
			}
			next = more
			for _, sid := range a.ByteValues {
				if len(sid) >= 12 {
					all = append(all, binary.LittleEndian.Uint32(sid[len(sid)-4:]))
				}
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}
