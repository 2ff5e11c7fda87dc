package scim

// maxValues is how many values an attribute may have: more than Active Directory keeps of one, which is 1,200, or 3,200 on the largest pages.
const maxValues = 5000

// checkNumber refuses too many values. Members are no values of a document, and may be as many as there are resources.
func (a *Attribute) checkNumber(path string, n int) error {
	if n <= maxValues || a.Relation {
		return nil
	}
	return Bad(InvalidValue, "%s would have %d values; it may have %d", path, n, maxValues)
}

// checkGrowth refuses an operation that leads to too many values. What has too many already may become smaller.
func (op Operation) checkGrowth(before, after int) error {
	if after <= before {
		return nil
	}
	return op.Path.Attribute.checkNumber(op.Path.String(), after)
}

// Cost is about how often an operation looks at a value of the document: each value is compared with each term of the path's filter, or with each
// value that is to go.
func (op Operation) Cost(doc Document) int {
	if !op.Path.Attribute.Multi {
		return 1
	}
	given, _ := op.Value.([]any)
	old, _ := op.holder(doc)[op.Path.Attribute.Name].([]any)
	switch {
	case op.Path.Filter != nil:
		return len(old) * terms(op.Path.Filter)
	case op.Verb == Remove:
		return len(old) * max(1, len(given))
	}
	return len(old) + len(given)
}

// terms is how many comparisons a filter has.
func terms(f Filter) int {
	sum := 0
	switch f := f.(type) {
	case And:
		for _, part := range f {
			sum += terms(part)
		}
		return sum
	case Or:
		for _, part := range f {
			sum += terms(part)
		}
		return sum
	case Not:
		return terms(f.Filter)
	case Element:
		return terms(f.Inner)
	}
	return 1
}

// Values is how many values all lists of a document have.
func (d Document) Values() int { return values(d) }

func values(object map[string]any) int {
	n := 0
	for _, v := range object {
		switch v := v.(type) {
		case []any:
			n += len(v)
		case map[string]any: // an extension
			n += values(v)
		}
	}
	return n
}
