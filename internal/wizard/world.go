package wizard

import (
	"context"
	"io/fs"

	"syncd/internal/directory"
)

// World is everything outside of the dialogue. Its errors are *directory.Fault values, one sentence with the cause and one with the remedy; none
// of its methods but Write and FirstPass changes anything but files of its own, which it removes.
type World interface {
	// LocalDomain is the DNS domain that this machine is in, "" where it does not say.
	LocalDomain() string
	// Controllers are the addresses of the domain controllers that DNS names for a domain; none is an error.
	Controllers(ctx context.Context, domain string) ([]string, error)
	// Presented asks the first domain controller that answers for its certificate, and says whether the source trusts it.
	Presented(ctx context.Context, s *Source) (*Presented, error)
	// TryAccount logs on once. A *Refused is a "no" of the domain controller to this account or password.
	TryAccount(ctx context.Context, s *Source) error
	// Rights reports what the account may do, lacks, and may do beyond what syncd needs.
	Rights(ctx context.Context, s *Source, report func(directory.Finding)) error
	// Units are the organisational units of the domain, each before those inside of it.
	Units(ctx context.Context, s *Source) ([]Unit, error)
	// Online logs on to the online directory.
	Online(ctx context.Context, o *Online) (*Company, error)
	// Preview makes the plan of a pass with the files as they are to be written, and carries nothing out.
	Preview(ctx context.Context, config string, files []File) (*Preview, error)
	// Write puts all files in their places, or leaves every one as it was.
	Write(files []File) error
	// DaemonRuns reports whether a syncd runs with the configuration of this path.
	DaemonRuns(ctx context.Context, config string) bool
}

// Source is Active Directory and who reads it.
type Source struct {
	Domain       string           // its DNS name where domain controllers are to be found by DNS, else ""
	Servers      []string         // their addresses where they are named
	StartTLS     bool             // the addresses begin with ldap://
	CAFile       string           // absolute; "" for the authorities of the system
	Authority    []byte           // PEM of the one authority that is trusted, before it is written to CAFile
	BaseDN       string           // as the configuration has it
	User         string           //
	Password     directory.Secret //
	PasswordFile string           // absolute
	Include      []string         // distinguished names of the scope; empty for the whole domain
}

// Online is the online directory and how to get in.
type Online struct {
	URL       string
	CAFile    string // absolute; "" for the authorities of the system
	Token     directory.Secret
	TokenFile string // absolute
}

// Presented is the certificate that a domain controller shows.
type Presented struct {
	Server  string
	Trusted bool
	Unknown bool             // its authority is not known; nothing else is wrong with it
	Problem *directory.Fault // of one that is not trusted

	Certificate Certificate // of the domain controller
	Authority   Certificate // the highest of its chain that it shows; its own where that is all
	PEM         []byte      // of Authority
}

// Certificate is what a person compares.
type Certificate struct {
	Subject, Issuer string
	Fingerprint     string // SHA-256 of the whole certificate, in hexadecimal pairs with colons
	Days            int    // that are left
}

// Refused is the answer of a domain controller that does not let an account in, as it gave the reason.
type Refused struct{ Why string }

func (r *Refused) Error() string { return r.Why }

// Unit is an organisational unit with what it holds, deeper units included. Depth is 0 at the top.
type Unit struct {
	DN                       string
	Depth                    int
	People, Groups, Contacts int
}

// Company is whose online directory it is.
type Company struct {
	Name         string // "" where it does not tell
	SyncDisabled bool
}

// Preview counts what a first pass would do.
type Preview struct {
	Read, Created, Updated, Memberships, Departed, Refused, Held int
	Examples                                                     []string            // of what would be refused, with the reasons
	Findings                                                     []directory.Finding // of what the online directory itself would refuse or change
	Barred                                                       string              // why no preview could be made, else ""
}

// File is one to be written.
type File struct {
	Path    string // absolute
	Content []byte
	Mode    fs.FileMode
	Backup  bool // keep the one that it replaces beside it, with .bak behind the name
}
