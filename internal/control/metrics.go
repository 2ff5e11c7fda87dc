package control

import (
	"cmp"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"syncd/internal/directory"
)

// Metrics counts what happens. Its names are a contract (design, section 4).
type Metrics struct {
	registry    *prometheus.Registry
	propagation prometheus.Histogram
	changes     *prometheus.CounterVec
	passes      *prometheus.CounterVec
	stages      *prometheus.HistogramVec
	ldap        *prometheus.HistogramVec
	target      *prometheus.HistogramVec
	reloaded    prometheus.Gauge
}

// NewMetrics returns metrics without figures yet.
func NewMetrics(version string) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		propagation: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "syncd_propagation_lag_seconds", Help: "From a change in Active Directory (whenChanged) to its acknowledgement online, in delta passes.",
			Buckets: []float64{1, 5, 15, 60, 300, 900, 1800, 3600, 7200, 10800, 14400, 21600, 43200, 86400},
		}),
		changes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "syncd_changes_total", Help: "Changes sent to the online directory.",
		}, []string{"kind", "op", "outcome"}),
		passes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "syncd_passes_total", Help: "Passes that ended.",
		}, []string{"kind", "status"}),
		stages: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "syncd_stage_duration_seconds", Help: "Duration of the stages of a pass.", Buckets: prometheus.ExponentialBuckets(0.001, 4, 11),
		}, []string{"stage"}),
		ldap: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "syncd_ldap_request_duration_seconds", Help: "Duration of requests to the domain controller.", Buckets: prometheus.ExponentialBuckets(0.001, 3, 10),
		}, []string{"op"}),
		target: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "syncd_target_request_duration_seconds", Help: "Duration of requests to the online directory.", Buckets: prometheus.ExponentialBuckets(0.001, 3, 10),
		}, []string{"op", "code"}),
	}
	m.reloaded = prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "syncd_config_last_reload_successful", Help: "1 if the configuration was without mistake when it was last read, 0 if one before it serves.",
	})
	m.reloaded.Set(1)
	m.expectPasses()
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "syncd_build_info", Help: "Always 1; the version is the label."}, []string{"version"})
	build.WithLabelValues(version).Set(1)
	m.registry.MustRegister(m.propagation, m.changes, m.passes, m.stages, m.ldap, m.target, m.reloaded, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// unknownKind is the kind of a pass that failed before it was decided.
const unknownKind = "unknown"

// expectPasses counts every end of a pass from zero, so that the first failure is an increase as well.
func (m *Metrics) expectPasses() {
	for _, status := range []directory.Status{directory.Done, directory.SomeRefused, directory.SomeHeld, directory.PassFailed} {
		for _, kind := range []string{"full", "delta"} {
			m.passes.WithLabelValues(kind, string(status))
		}
	}
	m.passes.WithLabelValues(unknownKind, string(directory.PassFailed))
}

// ExpectChange counts the changes with an operation from zero, so that the first one is an increase as well.
func (m *Metrics) ExpectChange(kind directory.Kind, op string) {
	for _, outcome := range []string{"acknowledged", "refused"} {
		m.changes.WithLabelValues(kind.String(), op, outcome)
	}
}

// Reloaded takes whether the configuration was without mistake when it was read again.
func (m *Metrics) Reloaded(ok bool) {
	m.reloaded.Set(0)
	if ok {
		m.reloaded.Set(1)
	}
}

// Stage takes the duration of one stage of a pass.
func (m *Metrics) Stage(stage string, took time.Duration) {
	m.stages.WithLabelValues(stage).Observe(took.Seconds())
}

// Change takes the outcome of one change.
func (m *Metrics) Change(kind directory.Kind, op, outcome string) {
	m.changes.WithLabelValues(kind.String(), op, outcome).Inc()
}

// Propagated takes the time from a change in Active Directory to its acknowledgement.
func (m *Metrics) Propagated(took time.Duration) { m.propagation.Observe(took.Seconds()) }

// PassEnded counts a pass.
func (m *Metrics) PassEnded(p *directory.PassRecord) {
	m.passes.WithLabelValues(cmp.Or(p.Kind, unknownKind), string(p.Status)).Inc()
}

// LDAP takes the duration of one request to the domain controller.
func (m *Metrics) LDAP(op string, took time.Duration) {
	m.ldap.WithLabelValues(op).Observe(took.Seconds())
}

// Target takes the duration of one request to the online directory.
func (m *Metrics) Target(op, code string, took time.Duration) {
	m.target.WithLabelValues(op, code).Observe(took.Seconds())
}

// Watch adds the gauges that are read from the daemon's status at each scrape.
func (m *Metrics) Watch(daemon Daemon) error { return m.registry.Register(&gauges{daemon: daemon}) }

// Handler serves GET /metrics.
func (m *Metrics) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	return mux
}
