package wizard

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// choose understands an answer: numbers of the list that was shown, ranges of them, names and distinguished names of any unit, or "all" for
// the whole domain, which is no unit at all. Several are parted by semicolons, numbers by commas or blanks too. Units inside of others that are
// chosen are left out.
func choose(answer string, shown, all []Unit) ([]Unit, error) {
	if strings.EqualFold(strings.TrimSpace(answer), "all") {
		return nil, nil
	}
	var chosen []Unit
	for part := range strings.SplitSeq(answer, ";") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		found, err := chosenBy(part, shown, all)
		if err != nil {
			return nil, err
		}
		chosen = append(chosen, found...)
	}
	if len(chosen) == 0 {
		return nil, usage("nothing was chosen", "give numbers, names, or all")
	}
	return outermost(chosen), nil
}

func chosenBy(part string, shown, all []Unit) ([]Unit, error) {
	if strings.Trim(part, "0123456789-, ") == "" {
		return byNumbers(part, shown)
	}
	if one, err := byName(part, all); err == nil || strings.Contains(part, "=") {
		return one, err
	}
	var several []Unit // names, or names and numbers, with commas
	for name := range strings.SplitSeq(part, ",") {
		name = strings.TrimSpace(name)
		find := func() ([]Unit, error) { return byName(name, all) }
		if strings.Trim(name, "0123456789-") == "" {
			find = func() ([]Unit, error) { return byNumbers(name, shown) }
		}
		found, err := find()
		if err != nil {
			return nil, err
		}
		several = append(several, found...)
	}
	return several, nil
}

// byNumbers reads "1,3-5 7".
func byNumbers(text string, shown []Unit) ([]Unit, error) {
	var chosen []Unit
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' }) {
		from, to, isRange := strings.Cut(part, "-")
		first, err1 := strconv.Atoi(from)
		last, err2 := first, error(nil)
		if isRange {
			last, err2 = strconv.Atoi(to)
		}
		if err1 != nil || err2 != nil || first < 1 || last > len(shown) || first > last {
			return nil, usage(part+" is not in the list", fmt.Sprintf("give numbers from 1 to %d", len(shown)))
		}
		chosen = append(chosen, shown[first-1:last]...)
	}
	return chosen, nil
}

// byName finds a unit by its distinguished name, or by its name where no other unit has the same.
func byName(name string, all []Unit) ([]Unit, error) {
	var found []Unit
	for _, u := range all {
		if strings.EqualFold(u.DN, name) {
			return []Unit{u}, nil
		}
		if strings.EqualFold(nameOf(u.DN), name) {
			found = append(found, u)
		}
	}
	switch len(found) {
	case 1:
		return found, nil
	case 0:
		return nil, usage(name+" is no organisational unit", "give numbers of the list, or names as they are written there")
	}
	return nil, usage(fmt.Sprintf("there are %d units with the name %s", len(found), name), "give the distinguished name, such as "+found[0].DN)
}

// outermost drops what lies inside of something else that is chosen, and what was chosen twice.
func outermost(chosen []Unit) []Unit {
	var kept []Unit
	for _, u := range chosen {
		inside := slices.ContainsFunc(chosen, func(o Unit) bool {
			return len(o.DN) < len(u.DN) && strings.HasSuffix(strings.ToLower(u.DN), ","+strings.ToLower(o.DN))
		})
		twice := slices.ContainsFunc(kept, func(o Unit) bool { return strings.EqualFold(o.DN, u.DN) })
		if !inside && !twice {
			kept = append(kept, u)
		}
	}
	return kept
}
