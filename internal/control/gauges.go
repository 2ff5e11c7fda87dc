package control

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

var (
	descSyncLag      = prometheus.NewDesc("syncd_sync_lag_seconds", "Age of the source state that is online, but for refused objects; before there is one, of the daemon.", nil, nil)
	descLastSuccess  = prometheus.NewDesc("syncd_last_success_timestamp_seconds", "When the source was read by the last pass that made it fully online.", nil, nil)
	descWatermarkAge = prometheus.NewDesc("syncd_watermark_age_seconds", "Age of the point up to which the source has been read.", nil, nil)
	descObjects      = prometheus.NewDesc("syncd_objects", "Objects that the online directory has acknowledged.", []string{"kind"}, nil)
	descHeld         = prometheus.NewDesc("syncd_held", "Objects whose departure is held back.", nil, nil)
	descTombstones   = prometheus.NewDesc("syncd_tombstone_days_left", "Days until the watermark is older than the tombstone lifetime of the domain; absent before the first pass, and while the account cannot see deletions.", nil, nil)
	descCertificate  = prometheus.NewDesc("syncd_certificate_expiry_timestamp_seconds", "End of the server certificate that was seen at the last connection.", []string{"peer"}, nil)
	descInterval     = prometheus.NewDesc("syncd_schedule_interval_seconds", "Longest time between two passes of the schedule.", nil, nil)
	descRefused      = prometheus.NewDesc("syncd_refused", "Objects that the online directory refuses for now.", nil, nil)
)

// gauges reads the daemon's status at each scrape.
type gauges struct{ daemon Daemon }

// Describe implements prometheus.Collector.
func (g *gauges) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descSyncLag, descLastSuccess, descWatermarkAge, descObjects, descHeld, descRefused, descTombstones, descCertificate, descInterval} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (g *gauges) Collect(out chan<- prometheus.Metric) {
	s, err := g.daemon.Status()
	if err != nil {
		out <- prometheus.NewInvalidMetric(descSyncLag, err)
		return
	}
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	if s.SyncedTo.IsZero() {
		gauge(descSyncLag, time.Since(s.Started).Seconds())
	} else {
		gauge(descSyncLag, time.Since(s.SyncedTo).Seconds())
		gauge(descLastSuccess, float64(s.SyncedTo.UnixMilli())/1000)
	}
	if !s.Watermark.IsZero() {
		gauge(descWatermarkAge, time.Since(s.Watermark).Seconds())
	}
	if !s.DeletionsKnownUntil.IsZero() {
		gauge(descTombstones, time.Until(s.DeletionsKnownUntil).Hours()/24)
	}
	for peer, end := range s.Certificates {
		gauge(descCertificate, float64(end.Unix()), peer)
	}
	if s.Interval > 0 {
		gauge(descInterval, s.Interval)
	}
	for kind, n := range s.Objects {
		gauge(descObjects, float64(n), kind)
	}
	gauge(descHeld, float64(s.HeldCount))
	gauge(descRefused, float64(s.RefusedCount))
}
