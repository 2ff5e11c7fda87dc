package tenant

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// longestValue is how many characters administrators may write into one attribute.
const longestValue = 2000

// EditUser changes attributes of an account, each by the path of one of UserFields, and its UsageLocation. An empty value removes, a list has one
// value in each line, a boolean is "true" or "false". What Active Directory masters is refused ("... is managed in Active Directory"), and so are
// a name or an address that somebody else has, one in a domain that is not the company's, and an account that is no longer as it was. Nothing
// is changed if anything is refused.
func (t *Tenant) EditUser(ctx context.Context, id string, was Revision, values map[string]string) error {
	if err := permit(ctx, UserAdministrator); err != nil {
		return err
	}
	kind := t.catalogue.ByKind(directory.User)
	return t.Write(ctx, func(w *Writer) error {
		record, err := w.Get(ctx, kind, id)
		if err != nil {
			return told(err, lookAgain)
		}
		if err := firstOf(w.unchanged(ctx, record, was), editable(record, values)); err != nil {
			return err
		}
		operations, err := operationsOf(kind, UserFields(), values)
		if err != nil {
			return told(err, "correct it")
		}
		if len(operations) > 0 {
			if record, err = w.Patch(ctx, kind, id, operations, ""); err != nil {
				return told(err, "choose another value")
			}
		}
		country, asked := values[UsageLocation]
		if !asked {
			return nil
		}
		return w.setUsageLocation(ctx, record, country)
	})
}

const lookAgain = "look it up again; it may have been deleted in the meantime"

// editable refuses fields that administrators may not write of this resource, those first that Active Directory masters.
func editable(record *Record, values map[string]string) error {
	synced := record.Document.Text("", "externalId") != ""
	fields := UserFields()
	for _, f := range fields {
		if _, asked := values[f.Path]; asked && synced && !f.Editable(true) {
			return managed(f.Label + " of " + nameOf(record.Document))
		} else if asked && f.Fixed {
			return mistake(f.Label+" is filled by Active Directory only, and "+nameOf(record.Document)+" was made here", "leave it out")
		}
	}
	for _, path := range slices.Sorted(maps.Keys(values)) {
		if path != UsageLocation && !slices.ContainsFunc(fields, func(f Field) bool { return f.Path == path }) {
			return mistake(fmt.Sprintf("%q is no attribute that can be edited", path), "use the form of the account")
		}
	}
	return nil
}

// managed is the refusal of what Active Directory masters.
func managed(what string) error {
	return mistake(what+" is managed in Active Directory", "change it there; the next synchronisation brings it here")
}

// operationsOf writes values of fields as a PATCH (RFC 7644 §3.5.2) and reads it as one of a client: what is wrong with a value is told as to him.
func operationsOf(kind *scim.ResourceType, fields []Field, values map[string]string) ([]scim.Operation, error) {
	type operation struct {
		Op    string `json:"op"`
		Path  string `json:"path"`
		Value any    `json:"value,omitempty"`
	}
	var list []operation
	for _, f := range fields {
		text, asked := values[f.Path]
		if !asked {
			continue
		}
		value, err := f.read(text)
		if err != nil {
			return nil, err
		}
		if value == nil {
			list = append(list, operation{Op: "remove", Path: f.Path})
			continue
		}
		op := "replace"
		if strings.Contains(f.Path, "[") {
			op = "add" // makes the element of the list where it is missing (RFC 7644 §3.5.2.1)
		}
		list = append(list, operation{Op: op, Path: f.Path, Value: value})
	}
	if len(list) == 0 {
		return nil, nil
	}
	message, err := json.Marshal(map[string]any{"schemas": []string{scim.SchemaPatch}, "Operations": list})
	if err != nil {
		return nil, fmt.Errorf("write the changes of a form: %w", err)
	}
	return kind.DecodePatch(message)
}

// documentOf completes the document of something new with values of fields.
func documentOf(kind *scim.ResourceType, doc scim.Document, fields []Field, values map[string]string) (scim.Document, error) {
	operations, err := operationsOf(kind, fields, values)
	if err != nil {
		return nil, err
	}
	for _, op := range operations {
		if err := op.Apply(doc); err != nil {
			return nil, err
		}
	}
	return doc, kind.CheckRequired(doc)
}

// read takes what a form sends for a field, nil for nothing.
func (f Field) read(text string) (any, error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	lines := []string{text}
	if f.Long {
		lines = strings.Split(text, "\n")
	}
	for i, line := range lines {
		lines[i] = strings.TrimSpace(line)
		if err := checkLine(f.Label, lines[i], longestValue); err != nil {
			return nil, err
		}
	}
	if text == "" {
		return nil, nil
	}
	a, _ := f.attribute()
	switch a.Info().Shape {
	case directory.List:
		return slices.DeleteFunc(lines, func(line string) bool { return line == "" }), nil
	case directory.Boolean:
		return text, nil
	}
	if a == directory.WorkEmail {
		return text, checkAddress(text)
	}
	return strings.Join(lines, "\n"), nil
}

// checkAddress refuses what no mail server would take: it has one @ with something on both sides, and no spaces.
func checkAddress(address string) error {
	local, domain, _ := strings.Cut(address, "@")
	if local == "" || domain == "" || strings.ContainsAny(domain, "@") || strings.ContainsAny(address, " ,;<>") {
		return mistake(fmt.Sprintf("%q is no mail address", address), "write it as name@corp.example")
	}
	return nil
}

// DeleteUser moves an account that was made here to the recycle bin; a synchronised one is managed in Active Directory.
func (t *Tenant) DeleteUser(ctx context.Context, id string) error {
	return t.deleteMade(ctx, directory.User, id)
}

// deleteMade moves what was made here to the recycle bin.
func (t *Tenant) deleteMade(ctx context.Context, of directory.Kind, id string) error {
	if err := permit(ctx, UserAdministrator); err != nil {
		return err
	}
	kind := t.catalogue.ByKind(of)
	return t.Write(ctx, func(w *Writer) error {
		record, err := w.Get(ctx, kind, id)
		if err != nil {
			return told(err, lookAgain)
		}
		if record.Document.Text("", "externalId") != "" {
			return mistake(nameOf(record.Document)+" is managed in Active Directory", "delete it there, or take it out of what is synchronised")
		}
		return told(w.Delete(ctx, kind, id, ""), lookAgain)
	})
}
