package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"time"

	"syncd/internal/directory"
)

// ErrNoDaemon says that nobody answers at the control endpoint.
var ErrNoDaemon = errors.New("no syncd is running here")

// Client speaks to a running daemon.
type Client struct {
	http  *http.Client
	base  string
	token directory.Secret
	place string // of the token; "" for a socket, which needs none
}

// NewClient returns a client of the daemon that listens as c says and keeps its state in stateDir; without a stateDir it can ask for health only.
// Whether the daemon runs shows with the first call: ErrNoDaemon.
func NewClient(c Config, stateDir string) (*Client, error) {
	transport := &http.Transport{ResponseHeaderTimeout: 30 * time.Second} // a plan may take longer to copy
	client := &Client{base: "http://" + c.Listen, http: &http.Client{Transport: transport}}
	if path, ok := socketPath(c.Listen); ok {
		client.base = "http://" + socketHost
		transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "unix", path)
		}
		return client, nil
	}
	if stateDir == "" {
		return client, nil
	}
	token, err := readToken(stateDir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, &directory.Fault{
			Cause: "the token of the control endpoint cannot be read: " + err.Error(), Remedy: "run this command with the account of the service, or as administrator",
		}
	}
	client.token, client.place = token, filepath.Join(stateDir, tokenFile)
	return client, nil
}

// Forward hands whole requests on to the daemon, as they come; what cannot be handed on is answered with status 502.
func (c *Client) Forward() http.Handler {
	return &httputil.ReverseProxy{
		Transport: c.http.Transport,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = "http", socketHost
			r.Out.Host = r.In.Host // what the browser believes to speak to
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			http.Error(w, "syncd does not answer any more: start it, and `syncd page` again", http.StatusBadGateway)
		},
	}
}

// Sync asks for a pass and returns its id.
func (c *Client) Sync(ctx context.Context, r SyncRequest) (string, error) {
	body, err := json.Marshal(r)
	if err != nil {
		return "", err
	}
	var answer syncAnswer
	err = c.ask(ctx, http.MethodPost, "/v1/sync", bytes.NewReader(body), &answer)
	return answer.Pass, err
}

// Apply hands over the file of a saved plan and returns the id of the pass that applies it.
func (c *Client) Apply(ctx context.Context, plan io.Reader) (string, error) {
	var answer syncAnswer
	err := c.ask(ctx, http.MethodPost, "/v1/apply", plan, &answer)
	return answer.Pass, err
}

// Decide approves or rejects a held plan.
func (c *Client) Decide(ctx context.Context, plan string, d directory.Decision) (*Decided, error) {
	verb := map[directory.Decision]string{directory.DecisionApproved: "approve", directory.DecisionRejected: "reject"}[d]
	answer := new(Decided)
	return answer, c.ask(ctx, http.MethodPost, "/v1/plans/"+url.PathEscape(plan)+"/"+verb, nil, answer)
}

// Plan copies a plan to out.
func (c *Client) Plan(ctx context.Context, id string, format Format, out io.Writer) error {
	return c.ask(ctx, http.MethodGet, "/v1/plans/"+url.PathEscape(id)+"?format="+string(format), nil, out)
}

// ask is call for what every syncd knows.
func (c *Client) ask(ctx context.Context, method, path string, body io.Reader, into any) error {
	found, err := c.call(ctx, method, path, body, into)
	if err == nil && !found {
		err = &directory.Fault{Cause: "what answers at the control endpoint is not this version of syncd", Remedy: "correct control.listen, or restart the daemon"}
	}
	return err
}

// Status asks for the daemon's status.
func (c *Client) Status(ctx context.Context) (*Status, error) {
	s := new(Status)
	return s, c.ask(ctx, http.MethodGet, "/v1/status", nil, s)
}

// call sends one request; found is false for 404. The answer is copied to into where that is an io.Writer, else decoded.
func (c *Client) call(ctx context.Context, method, path string, body io.Reader, into any) (found bool, err error) {
	request, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return false, err
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token.Reveal())
	}
	response, err := c.http.Do(request)
	if err != nil {
		return false, dialFault(err)
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	switch {
	case response.StatusCode == http.StatusNotFound:
		return false, nil
	case response.StatusCode == http.StatusConflict:
		var fault faultAnswer
		if err := json.NewDecoder(response.Body).Decode(&fault); err != nil {
			return false, fmt.Errorf("the running syncd's answer cannot be read: %w", err)
		}
		return true, &directory.Fault{Class: fault.Class, Cause: fault.Cause, Remedy: fault.Remedy}
	case response.StatusCode == http.StatusUnauthorized:
		return false, &directory.Fault{
			Cause:  "the syncd that answers at " + c.base + " does not accept what is in " + c.place + ": it runs with another state folder",
			Remedy: "name its configuration with --config, or restart it",
		}
	case response.StatusCode >= 300:
		text, _ := io.ReadAll(io.LimitReader(response.Body, 1024)) // whatever could be read explains better than nothing
		return false, fmt.Errorf("the running syncd answered %s: %s", response.Status, bytes.TrimSpace(text))
	}
	if out, ok := into.(io.Writer); ok {
		_, err = io.Copy(out, response.Body)
	} else {
		err = json.NewDecoder(response.Body).Decode(into)
	}
	if err != nil {
		return false, fmt.Errorf("the running syncd's answer cannot be read: %w", err)
	}
	return true, nil
}

func dialFault(err error) error {
	dial, isOp := errors.AsType[*net.OpError](err)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return &directory.Fault{
			Cause: "this account may not use the control endpoint of the running syncd", Remedy: "run this command with the account of the service, or as root",
			Err: err,
		}
	case isOp && dial.Op == "dial": // no socket, or nobody listens
		return ErrNoDaemon
	}
	return fmt.Errorf("the running syncd cannot be asked: %w", err)
}
