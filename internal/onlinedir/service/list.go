package service

import (
	"bytes"
	"net/http"
	"slices"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
	"syncd/internal/onlinedir/tenant"
)

const maxPageBytes = 8 << 20

// page writes one page. It ends early when it grows too large: groups with many members do that.
func (s *Service) page(r *request, q tenant.Query, attributes, excluded string) (*answer, error) {
	ctx := r.Context()
	var resources bytes.Buffer
	shown, total := 0, 0
	err := s.tenant.ReadFor(ctx, q, func(reader *tenant.Reader) (err error) {
		renderers := make(map[directory.Kind]*renderer, len(q.Parts))
		for _, part := range q.Parts {
			renderers[part.Type.Kind] = newRenderer(r.base, reader, part.Type, part.Type.ParseProjection(attributes, excluded))
		}
		total, err = reader.Search(ctx, q, func(record *tenant.Record) error {
			if shown > 0 {
				resources.WriteByte(',')
			}
			shown++
			if err := renderers[record.Type.Kind].render(ctx, &resources, record); err != nil {
				return err
			}
			if resources.Len() > maxPageBytes {
				return tenant.ErrPageFull
			}
			return nil
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	return listAnswer(total, q.Start, shown, resources.Bytes()), nil
}

// listAnswer wraps resources, joined by commas, in a ListResponse. They may be large, and are copied once.
func listAnswer(total, start, shown int, resources []byte) *answer {
	a := jsonAnswer(http.StatusOK, struct {
		Schemas []string `json:"schemas"`
		Total   int      `json:"totalResults"`
		Start   int      `json:"startIndex"`
		Shown   int      `json:"itemsPerPage"`
	}{[]string{scim.SchemaList}, total, start, shown})
	a.body = slices.Concat(bytes.TrimSuffix(a.body, []byte("}")), []byte(`,"Resources":[`), resources, []byte("]}"))
	return a
}
