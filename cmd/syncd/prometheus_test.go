package main

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"syncd/internal/adsim"
	"syncd/internal/onlinedir"
)

// TestDashboardsAndAlertsInPrometheus: a real Prometheus scrapes a daemon that lives through a refusal, changes, and departures that are held.
// Then no panel of a dashboard is empty, no alert asks for what is not there, and what should alert does.
func TestDashboardsAndAlertsInPrometheus(t *testing.T) {
	program := needPrometheus(t, "prometheus")
	w := newSecureWorld(t)
	metrics := freeAddress(t)
	writeFile(t, w.dir, "syncd.yaml", strings.Replace(readFile(t, w.config), "metrics:\n  listen: 127.0.0.1:0", "metrics:\n  listen: "+metrics, 1))
	begin := time.Now()
	p := startPrometheus(t, program, w.dir, metrics)
	w.byHand(t, onlinedir.NewUser{UserName: smallName(1), DisplayName: "By Hand"}) // one is refused
	start(t, "syncd runs", "--config", w.config)
	w.awaitPasses(t, 1)
	for i := range 4 { // of 12: they are held
		w.remove(t, w.small(8+i))
	}
	if r := syncd(t, "--now", "--config", w.config); r.code != exitHeld {
		t.Fatalf("%+v", r)
	}
	open := p.queries(t, begin)
	for round, deadline := 0, time.Now().Add(2*time.Minute); ; round++ {
		open = p.empty(t, open)
		if len(open) == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("empty:\n%s", strings.Join(names(open), "\n"))
		}
		w.set(t, w.small(2), "title", fmt.Sprint("Title ", round))
		args := []string{"--now", "--config", w.config}
		if round%3 == 2 {
			args = append(args, "--full")
		}
		if r := syncd(t, args...); r.code != exitHeld && r.code != exitRefused {
			t.Fatalf("%+v", r)
		}
	}
	p.alerts(t)
}

// newSecureWorld is a small world whose online directory speaks TLS.
func newSecureWorld(t *testing.T) *world {
	t.Helper()
	dir := shortTempDir(t)
	ad, _ := startEmbedded(t, dir, adsim.DefaultConfig(), func(*adsim.Server) error { return nil })
	cert, key := certificateFiles(t, dir)
	o := serveOnline(t, dir, onlineFlags{init: []string{"--enable-sync", "--any-domain"}, serve: []string{"--tls-cert", cert, "--tls-key", key}})
	o.url = strings.Replace(o.url, "http://", "https://", 1)
	o.takeToken(t, strings.TrimSpace(syncd(t, "directory", "token", "--data", o.dir, "--name", "syncd").out))
	w := newWorldWith(t, dir, ad, o)
	writeFile(t, dir, "syncd.yaml", strings.Replace(readFile(t, w.config), "target:\n", "target:\n  tls:\n    ca_file: "+cert+"\n", 1))
	w.populate(t, 12)
	w.add(t, "CN=Partner,OU=Partners", "contact", "mail", "partner@other.example", "displayName", "Partner")
	return w
}

// certificateFiles are the files of a certificate for 127.0.0.1 that is its own authority.
func certificateFiles(t *testing.T, dir string) (cert, key string) {
	t.Helper()
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	made := server.TLS.Certificates[0]
	secret, err := x509.MarshalPKCS8PrivateKey(made.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	text := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	return writeFile(t, dir, "online.pem", text("CERTIFICATE", made.Certificate[0])), writeFile(t, dir, "online.key", text("PRIVATE KEY", secret))
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// prometheus is one that runs.
type prometheus struct{ url string }

// startPrometheus lets one scrape syncd at an address, by the job and with the alerts of deploy/prometheus, but more often.
func startPrometheus(t *testing.T, program, dir, metrics string) *prometheus {
	t.Helper()
	job := readFile(t, scrapeJob)
	for from, to := range map[string]string{
		"/etc/prometheus/syncd.rules.yml": absolute(t, alertFile), "127.0.0.1:9847": metrics,
		"scrape_interval: 30s": "scrape_interval: 300ms\n    scrape_timeout: 300ms",
	} {
		if !strings.Contains(job, from) {
			t.Fatalf("no %q in the job", from)
		}
		job = strings.Replace(job, from, to, 1)
	}
	config := writeFile(t, dir, "prometheus.yml", "global:\n  evaluation_interval: 300ms\n"+job)
	address := freeAddress(t)
	var log bytes.Buffer
	cmd := exec.Command(program, "--config.file", config, "--storage.tsdb.path", mkdir(t, dir, "tsdb"), "--web.listen-address", address)
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cmd.Process.Kill(); err != nil {
			t.Error(err)
		}
		_ = cmd.Wait() // it was killed
		if t.Failed() {
			t.Log(log.String())
		}
	})
	p := &prometheus{url: "http://" + address}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		response, err := http.Get(p.url + "/-/ready")
		if err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return p
			}
		}
		if time.Now().After(deadline) {
			t.Fatal("Prometheus does not get ready: ", err)
		}
	}
}

// A query is one of a panel, an alert or the manual.
type query struct {
	of, expr string
	instant  bool
	legend   string // the labels that its series are called by stand in braces
	begin    time.Time
}

// queries are those of every panel, variables substituted, those of the manual, and those of the alerts such that they answer whatever the
// figures are.
func (p *prometheus) queries(t *testing.T, begin time.Time) (list []query) {
	t.Helper()
	fill := strings.NewReplacer("$instance", ".*", "$window", "1m", "$__rate_interval", "5s")
	for _, d := range dashboards(t) {
		for _, panel := range d.Panels {
			for _, target := range panel.Targets {
				list = append(list, query{d.file + ", " + panel.Title, fill.Replace(target.Expr), target.Instant, target.LegendFormat, begin})
			}
		}
	}
	for _, rule := range alertRules(t) {
		list = append(list, query{rule.Alert, strings.Replace(comparison.ReplaceAllString(rule.Expr, "$1 bool"), "unless", "and", 1), true, "", begin})
	}
	for _, line := range regexp.MustCompile(`(?m)^ {4}(.*syncd_.*)$`).FindAllStringSubmatch(readFile(t, "../../docs/monitoring.md"), -1) {
		list = append(list, query{"docs/monitoring.md", strings.Replace(line[1], "[30d:5m]", "[1m:1s]", 1), true, "", begin})
	}
	return list
}

var (
	comparison = regexp.MustCompile(`(==|>=|<=|>|<)`)
	labels     = regexp.MustCompile(`\{\{(\w+)\}\}`)
)

func names(list []query) (names []string) {
	for _, q := range list {
		names = append(names, q.of+": "+q.expr)
	}
	return names
}

// empty are those of the queries that have no figure, or one that the legend cannot name.
func (p *prometheus) empty(t *testing.T, list []query) (empty []query) {
	t.Helper()
	for _, q := range list {
		path, values := "query", url.Values{"query": {q.expr}}
		if !q.instant {
			path = "query_range"
			values.Set("start", strconv.FormatInt(q.begin.Unix(), 10))
			values.Set("end", strconv.FormatInt(time.Now().Unix()+1, 10))
			values.Set("step", "1")
		}
		var data struct {
			Result []struct {
				Metric map[string]string `json:"metric"`
				Value  [2]any            `json:"value"`
				Values [][2]any          `json:"values"`
			} `json:"result"`
		}
		p.get(t, path+"?"+values.Encode(), &data)
		figures, nameless := 0, false
		for _, series := range data.Result {
			for _, label := range labels.FindAllStringSubmatch(q.legend, -1) {
				nameless = nameless || series.Metric[label[1]] == ""
			}
			for _, v := range append(series.Values, series.Value) {
				text, _ := v[1].(string)
				if f, err := strconv.ParseFloat(text, 64); err == nil && !math.IsNaN(f) && !math.IsInf(f, 0) {
					figures++
				}
			}
		}
		if figures == 0 || nameless {
			empty = append(empty, q)
		}
	}
	return empty
}

// alerts waits until every alert was evaluated, and expects that one alone waits for its time: that of the held plan.
func (p *prometheus) alerts(t *testing.T) {
	t.Helper()
	var data struct {
		Groups []struct {
			Rules []struct {
				Name, Health, State, LastError string
			} `json:"rules"`
		} `json:"groups"`
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		p.get(t, "rules", &data)
		var wrong []string
		for _, g := range data.Groups {
			for _, r := range g.Rules {
				want := "inactive"
				if r.Name == "SyncdHeldPlanWaiting" {
					want = "pending"
				}
				if r.Health != "ok" || r.State != want {
					wrong = append(wrong, fmt.Sprintf("%+v, want %s", r, want))
				}
			}
		}
		if len(wrong) == 0 && len(data.Groups) > 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("alerts: %s", strings.Join(wrong, "\n"))
		}
	}
}

func (p *prometheus) get(t *testing.T, path string, data any) {
	t.Helper()
	response, err := http.Get(p.url + "/api/v1/" + path)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer := struct {
		Status string `json:"status"`
		Error  string `json:"error"`
		Data   any    `json:"data"`
	}{Data: data}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || answer.Status != "success" {
		t.Fatalf("%s: %v %s", path, err, answer.Error)
	}
}
