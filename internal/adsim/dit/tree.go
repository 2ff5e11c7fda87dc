package dit

import (
	"errors"
	"math/rand/v2"
	"sort"
	"sync"
	"time"

	"syncd/internal/directory"
)

// Options say what a new tree is like.
type Options struct {
	BaseDN         string           // the domain, for example DC=corp,DC=example
	DNSName        string           // the domain controller's, for example dc1.corp.example
	NetBIOSName    string           // the domain's, for example CORP
	Seed           uint64           // of every identity
	InvocationID   directory.Anchor // of this domain controller's database; zero takes one from Seed
	Now            func() time.Time
	RecycleBin     bool // deleted objects keep their content (MS-ADTS 3.1.1.9.1)
	ExchangeSchema bool
}

// Tree is the directory of one domain controller: the domain, the configuration and the schema naming context.
type Tree struct {
	// Domain, Configuration and Schema are the heads of the naming contexts.
	Domain, Configuration, Schema *Entry
	// Settings is the NTDS Settings object of this domain controller, whose invocationId names its database.
	Settings *Entry

	mu       sync.RWMutex
	options  Options
	schema   *schema
	random   *rand.Rand
	suffix   []rdn // the domain's own steps
	domain   sid
	usn      uint64
	nextRID  uint32
	all      []*Entry // in order of creation; never shrinks
	changes  []change // in order of usn
	buried   []*Entry // every entry that was ever deleted
	stale    int      // changes that a later one of the same entry has overtaken
	interned map[Values]Values

	byGUID  map[directory.Anchor]*Entry
	byPlace map[place]*Entry
	bySAM   map[string]*Entry
	byUPN   map[string]*Entry
	byRID   map[uint32]*Entry

	categories map[*objectClass]*Entry
	bins       map[*Entry]*Entry // Deleted Objects of each naming context
	passwords  map[*Entry]directory.Secret
}

// change is one line of the journal; it counts only while it is its entry's last.
type change struct {
	usn   uint64
	entry *Entry
}

// New builds a freshly promoted domain. The passwords are those of Administrator and of the account svc-syncd.
func New(o Options) (*Tree, error) {
	if o.Now == nil {
		return nil, errors.New("a directory needs a clock")
	}
	t := &Tree{
		options: o, schema: newSchema(o.ExchangeSchema), random: rand.New(rand.NewPCG(o.Seed, 0x5359_4e43)),
		nextRID: 1103, interned: map[Values]Values{}, byGUID: map[directory.Anchor]*Entry{}, byPlace: map[place]*Entry{},
		bySAM: map[string]*Entry{}, byUPN: map[string]*Entry{}, byRID: map[uint32]*Entry{},
		categories: map[*objectClass]*Entry{}, bins: map[*Entry]*Entry{}, passwords: map[*Entry]directory.Secret{},
	}
	t.domain = newSID(21, t.random.Uint32()>>1, t.random.Uint32()>>1, t.random.Uint32()>>1)
	if err := t.promote(); err != nil {
		return nil, err
	}
	return t, nil
}

// View runs f while no write can happen.
func (t *Tree) View(f func()) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	f()
}

// USN is highestCommittedUSN. It needs the lock.
func (t *Tree) USN() uint64 { return t.usn }

// All lists every entry in order of creation; what is added later does not show in the list. It needs the lock.
func (t *Tree) All() []*Entry { return t.all[:len(t.all):len(t.all)] }

// ChangedAfter lists the entries whose uSNChanged is higher than usn, the oldest change first, until f returns false.
// It needs the lock.
func (t *Tree) ChangedAfter(usn uint64, f func(*Entry) bool) {
	i := sort.Search(len(t.changes), func(i int) bool { return t.changes[i].usn > usn })
	for _, c := range t.changes[i:] {
		if c.entry.usnChanged == c.usn && !f(c.entry) {
			return
		}
	}
}

// Attribute finds an attribute type by its name in any case; nil when the schema does not have it.
func (t *Tree) Attribute(name string) *AttributeType { return t.schema.lookup(name) }

// Context is the head of the naming context that the entry belongs to.
func (e *Entry) Context() *Entry { return e.domain }

// Bin is the Deleted Objects container of the entry's naming context, nil where there is none.
func (t *Tree) Bin(e *Entry) *Entry { return t.bins[e.domain] }
