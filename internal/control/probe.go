package control

import (
	"context"
	"io"
	"net/http"
	"strings"

	"syncd/internal/directory"
)

// Live asks the daemon whether it lives (/healthz): nil if it does, ErrNoDaemon if nobody answers.
func (c *Client) Live(ctx context.Context) error { return c.probe(ctx, "/healthz") }

// Ready asks whether a pass has ended since the daemon's start (/readyz): nil if one has, otherwise a fault with the daemon's reason.
func (c *Client) Ready(ctx context.Context) error { return c.probe(ctx, "/readyz") }

func (c *Client) probe(ctx context.Context, path string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+path, nil)
	if err != nil {
		return err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return dialFault(err)
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusOK {
		return nil
	}
	return &directory.Fault{
		Cause: "the running syncd is not ready: " + firstLine(response.Body), Remedy: "wait for the end of its first pass, or look with `syncd status` at what keeps it",
	}
}

// firstLine is what a daemon says in a sentence.
func firstLine(body io.Reader) string {
	text, _ := io.ReadAll(io.LimitReader(body, 1024)) // whatever could be read explains better than nothing
	line, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	return line
}
