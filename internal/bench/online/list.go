package online

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"syncd/internal/directory"
)

// Each calls f with the id and the externalId of every resource that has one.
func (s *Server) Each(ctx context.Context, f func(id string, anchor directory.Anchor)) error {
	for _, endpoint := range []string{"Users", "Groups", "Contacts"} {
		for start := 1; ; {
			var page struct {
				Total     int `json:"totalResults"`
				Resources []struct {
					ID         string `json:"id"`
					ExternalID string `json:"externalId"`
				} `json:"Resources"`
			}
			path := fmt.Sprintf("%s?attributes=%s&count=1000&startIndex=%d", endpoint, url.QueryEscape("externalId"), start)
			if err := s.get(ctx, path, &page); err != nil {
				return err
			}
			for _, r := range page.Resources {
				if a, err := directory.ParseAnchor(r.ExternalID); err == nil {
					f(r.ID, a)
				}
			}
			start += len(page.Resources)
			if start > page.Total || len(page.Resources) == 0 {
				break
			}
		}
	}
	return nil
}

func (s *Server) get(ctx context.Context, path string, into any) (err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.Address+"/scim/v2/"+path, http.NoBody)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+s.Token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, res.Body.Close()) }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the online directory answers %s with %s", path, res.Status)
	}
	return json.Unmarshal(body, into)
}
