// Package report keeps what was measured: rows with a goal or without, as lines for people, 80 columns wide, and as bench.json.
package report
