package mapping

import (
	"slices"
	"strings"
	"time"

	"github.com/expr-lang/expr/vm"

	"syncd/internal/directory"
)

// Version changes whenever the built-in flows give another result for the same object, so that a full pass follows an upgrade.
const Version = 2

// Mapper maps objects within one scope. It is safe for concurrent use.
type Mapper struct {
	rules   *Rules
	scope   Scope
	domains Domains
}

// New returns a mapper for a scope; nil rules are the built-in flows.
func New(rules *Rules, scope Scope, domains Domains) *Mapper {
	if rules == nil {
		rules = builtIn()
	}
	return &Mapper{rules: rules, scope: scope, domains: domains}
}

// Verdict is what mapping says of an object: in scope (Out nil and Refused empty), out of scope, or in scope but refused.
type Verdict struct {
	// Resource is what the object should look like online. Of a refused object it carries what is certain: Anchor, GUID, Kind,
	// Enabled, Expires, Manager and whether the account is enabled on premises, so that a leaver is blocked, and unblocked, all the same. Of one that is out of scope it is nil, but for an account that
	// exists and may not be used on premises: it says that much and nothing else.
	Resource *directory.Resource
	// Out is the evidence that the object is out of scope; Unexplained where too little of it can be read to say anything.
	Out *directory.Evidence
	// Key is the key of the configuration that keeps it out, such as KeyInclude; "" where it is in scope, and where no key does.
	Key string
	// Refused says why the object cannot be sent as it is: what is wrong with it in Active Directory, or which rule fails.
	Refused string
	// Notes say what was left out, cut or rewritten on the way, each a sentence that begins with the attribute's short name.
	Notes []string
	// Problems are what Refused and Notes say, in its parts, for a list of what is to be mended; see Mapper.Suggest. Of an object that
	// cannot be known by its anchor there are none.
	Problems []Problem
}

// Map decides about one object. now decides whether an account has expired. The resource's manager is the anchor that Active
// Directory names, whether or not that person is in scope.
func (m *Mapper) Map(o *directory.Object, now time.Time) Verdict {
	if o.Problem != "" && !o.Deleted { // first: where the anchor is in doubt, evidence about it would be about somebody else
		return Verdict{Resource: certain(o, now), Refused: o.Problem}
	}
	if out, key := m.scope.ruling(o); out != nil {
		return Verdict{Resource: leaver(o, now), Out: out, Key: key}
	}
	r := certain(o, now)
	if r == nil {
		return Verdict{Out: unreadableAccount()}
	}
	c := canonical{subject: subject{Object: o, enabled: r.Enabled, rules: m.rules}, domains: &m.domains}
	values := c.fill(m.rules.flows[o.Kind])
	if len(c.refusals) == 0 {
		c.demand(o.Kind, values)
	}
	if len(c.refusals) > 0 {
		r.Values = slices.DeleteFunc(values, func(v directory.Value) bool { return v.Attribute != directory.OnPremisesAccountEnabled })
		return Verdict{Resource: r, Refused: strings.Join(c.refusals, "; "), Notes: c.notes, Problems: c.problems}
	}
	r.Values = values
	return Verdict{Resource: r, Notes: c.notes, Problems: c.problems}
}

// withoutAttribute is how many flows give a value, usually, that is no attribute's of their own.
const withoutAttribute = 4

// fill applies flows, which are sorted by attribute. A flow that fails refuses the object.
func (c *canonical) fill(flows []flow) []directory.Value {
	most := min(len(flows), len(c.subject.Attributes)+withoutAttribute)
	values := make([]directory.Value, 0, most)
	c.room = make([]string, 0, most)
	for i := range flows {
		f := &flows[i]
		raw, err := f.from.values(&c.subject)
		if err != nil {
			c.trait, c.raw = &traits[f.to], ""
			c.refuse("has no value, because its rule fails: " + err.Error())
			continue
		}
		if len(raw) == 0 {
			continue
		}
		if v := c.values(f.to, raw); len(v) > 0 {
			values = append(values, directory.Value{Attribute: f.to, Values: v})
		}
	}
	return values
}

// demand refuses an object without the name that every resource of its kind has (RFC 7643 §4.1.1, §4.2).
func (c *canonical) demand(kind directory.Kind, values []directory.Value) {
	name, without := directory.DisplayName, "is missing: neither displayName nor cn has a value that can be read"
	if kind == directory.User {
		name, without = directory.UserName, "is missing: neither userPrincipalName nor sAMAccountName has a value that can be read"
	}
	if (&directory.Resource{Values: values}).Get(name) == nil {
		c.trait, c.raw = &traits[name], ""
		c.refuse(without)
	}
}

// certain is what is known of every object in scope, nil where the state of an account cannot be read.
func certain(o *directory.Object, now time.Time) *directory.Resource {
	r := identity(o)
	r.Enabled = true
	if o.Kind != directory.Group {
		r.Manager = o.Manager
	}
	if o.Kind == directory.User {
		var readable bool
		if r.Enabled, r.Expires, readable = accountState(o.Attributes, now); !readable {
			return nil
		}
	}
	return r
}

// leaver is what is to be known of an account outside the scope: that it is disabled or expired; else nil.
func leaver(o *directory.Object, now time.Time) *directory.Resource {
	if o.Deleted || o.Kind != directory.User {
		return nil
	}
	if enabled, _, readable := accountState(o.Attributes, now); enabled || !readable {
		return nil
	}
	return identity(o)
}

func identity(o *directory.Object) *directory.Resource {
	r := &directory.Resource{Anchor: o.Anchor, Kind: o.Kind}
	if o.GUID != o.Anchor {
		r.GUID = o.GUID
	}
	return r
}

// subject is the object that is being mapped, as flows see it.
type subject struct {
	*directory.Object
	enabled bool
	rules   *Rules
	values  map[string]any // of the attributes that rules name; nil until a rule asks
	machine vm.VM          // runs the rules
	single  [1]string      // see just
}

// just is a list of one value, which stands until the next flow.
func (s *subject) just(v string) []string {
	s.single[0] = v
	return s.single[:]
}

// text is the first value of an attribute, without blanks at its ends. Of several values it is the first by order of the alphabet,
// because Active Directory keeps none; "" where the attribute is absent.
func (s *subject) text(name string) string { return strings.TrimSpace(one(s.Attributes[name])) }
