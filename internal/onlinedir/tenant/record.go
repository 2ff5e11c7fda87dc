package tenant

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// Record is one stored resource.
type Record struct {
	Type     *scim.ResourceType
	ID       string
	Version  int64
	Created  time.Time
	Modified time.Time
	// Document is the canonical document; without id, schemas and meta, which follow from the record, and without members. It is nil
	// where a change did not need to read it.
	Document scim.Document
	// Manager is who "manager" in the document refers to, nil for nobody.
	Manager *Member

	seq   int64
	state State
}

// Shown is the document with schemas, id and meta (without location, which depends on the address of the service).
func (r *Record) Shown() scim.Document {
	doc := r.Document
	schemas := []any{r.Type.Schema.ID}
	for _, s := range r.Type.Extensions {
		if _, used := doc[s.ID]; used {
			schemas = append(schemas, s.ID)
		}
	}
	doc["schemas"], doc["id"] = schemas, r.ID
	doc["meta"] = map[string]any{
		"resourceType": r.Type.Name, "created": scim.FormatTime(r.Created), "lastModified": scim.FormatTime(r.Modified), "version": r.ETag(),
	}
	return doc
}

// ETag is the weak entity tag of the version (RFC 7644 §3.14).
func (r *Record) ETag() string { return fmt.Sprintf(`W/"%d"`, r.Version) }

// HasTag reports whether a list of entity tags, as If-Match and If-None-Match have it, names the record's version. "*" names every version.
// Tags are compared weakly (RFC 9110 §8.8.3.2), as SCIM's own examples do.
func (r *Record) HasTag(list string) bool {
	for tag := range strings.SplitSeq(list, ",") {
		if tag = strings.TrimSpace(tag); tag == "*" || strings.TrimPrefix(tag, "W/") == strings.TrimPrefix(r.ETag(), "W/") {
			return true
		}
	}
	return false
}

// Precondition is the value of an If-Match header, or of "version" in a bulk operation; empty for none.
type Precondition string

// check refuses a record whose version is not the expected one.
func (p Precondition) check(r *Record) error {
	if p == "" || r.HasTag(string(p)) {
		return nil
	}
	return scim.Refuse(http.StatusPreconditionFailed, "", "%s %s has changed: its version is %s", strings.ToLower(r.Type.Name), r.ID, r.ETag())
}

// What scanRecord reads; m is the manager.
const (
	recordFields = `r.seq, r.kind, r.state, r.id, r.external_id, r.active, r.created, r.modified, r.version, r.body,
	m.id, m.kind, json_extract(m.body, '$.displayName')`
	managerJoin = "LEFT JOIN resource m ON m.seq = r.manager "
)

// recordColumns is all of a query but its condition.
const recordColumns = recordFields + " FROM resource r " + managerJoin

func (t *Tenant) scanRecord(scan func(dest ...any) error) (*Record, error) {
	var (
		kind, managerKind                  sql.NullInt64
		externalID, managerID, managerName sql.NullString
		created, modified                  int64
		active                             bool
		body                               []byte
		r                                  Record
	)
	if err := scan(&r.seq, &kind, &r.state, &r.ID, &externalID, &active, &created, &modified, &r.Version, &body,
		&managerID, &managerKind, &managerName); err != nil {
		return nil, err
	}
	r.Type = t.catalogue.ByKind(directory.Kind(kind.Int64))
	r.Created, r.Modified = time.UnixMilli(created), time.UnixMilli(modified)
	if err := json.Unmarshal(body, &r.Document); err != nil {
		return nil, fmt.Errorf("the stored document of %s is damaged: %w", r.ID, err)
	}
	if externalID.Valid {
		r.Document["externalId"] = externalID.String
	}
	if r.Type.Kind == directory.User {
		r.Document["active"] = active
	}
	if managerID.Valid {
		r.Manager = &Member{Value: managerID.String, Display: managerName.String, Type: t.catalogue.ByKind(directory.Kind(managerKind.Int64))}
		manager := map[string]any{"value": managerID.String}
		if managerName.Valid {
			manager["displayName"] = managerName.String
		}
		extension, _ := r.Document[directory.SchemaEnterprise].(map[string]any)
		if extension == nil {
			extension = make(map[string]any, 1)
			r.Document[directory.SchemaEnterprise] = extension
		}
		extension["manager"] = manager
	}
	return &r, nil
}

// Get reads one resource, without its members. A missing one is a 404 *scim.Error.
func (r *Reader) Get(ctx context.Context, kind *scim.ResourceType, id string) (*Record, error) {
	rows, err := r.query(ctx, "SELECT "+recordFields+" FROM resource r "+managerJoin+"WHERE r.id = ? AND r.kind = ? AND r.deleted IS NULL", id, kind.Kind)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", id, err)
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return nil, fmt.Errorf("read %s: %w", id, err)
		}
		return nil, missing(kind, id)
	}
	return r.tenant.scanRecord(rows.Scan)
}

// head reads what a change of relations needs: no document.
func (r *Reader) head(ctx context.Context, kind *scim.ResourceType, id string) (*Record, error) {
	record := &Record{Type: kind, ID: id}
	found, err := r.row(ctx, "SELECT seq, version FROM resource WHERE id = ? AND kind = ? AND deleted IS NULL",
		[]any{id, kind.Kind}, &record.seq, &record.Version)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", id, err)
	}
	if !found {
		return nil, missing(kind, id)
	}
	return record, nil
}

func missing(kind *scim.ResourceType, id string) error {
	return scim.Refuse(http.StatusNotFound, "", "there is no %s with the id %q", strings.ToLower(kind.Name), id)
}
