package control

import (
	"fmt"
	"io"
	"net/http"

	"go.uber.org/zap"

	"syncd/internal/directory"
)

// contentTypes are the media types of the formats of a plan.
var contentTypes = map[Format]string{
	PlanText: "text/plain; charset=utf-8", PlanJSON: "application/json", PlanFile: "application/octet-stream",
}

func (s *server) plan(w http.ResponseWriter, r *http.Request) {
	format := Format(r.URL.Query().Get("format"))
	if format == "" {
		format = PlanJSON
	}
	contentType, ok := contentTypes[format]
	if !ok {
		s.text(w, http.StatusBadRequest, "format is text, json or file")
		return
	}
	out := &lateHeader{ResponseWriter: w, contentType: contentType}
	err := s.daemon.Plan(r.PathValue("id"), format, out)
	switch {
	case err == nil:
		out.begin()
	case !out.begun:
		s.fail(w, err)
	default: // the client sees that the answer breaks off
		s.log.Error("a plan cannot be told to its end", zap.Error(err))
		panic(http.ErrAbortHandler)
	}
}

// lateHeader sends the header with the first byte: until then the answer may still be an error.
type lateHeader struct {
	http.ResponseWriter
	contentType string
	begun       bool
}

func (l *lateHeader) begin() {
	if !l.begun {
		l.begun = true
		l.Header().Set("Content-Type", l.contentType)
		l.WriteHeader(http.StatusOK)
	}
}

// Write implements io.Writer.
func (l *lateHeader) Write(b []byte) (int, error) {
	l.begin()
	n, err := l.ResponseWriter.Write(b)
	if err != nil {
		return n, fmt.Errorf("the client of the control endpoint is gone: %w", err)
	}
	return n, nil
}

func (s *server) apply(w http.ResponseWriter, r *http.Request) {
	pass, err := s.daemon.Apply(io.Reader(r.Body))
	if err != nil {
		s.fail(w, err)
		return
	}
	s.json(w, http.StatusAccepted, syncAnswer{Pass: pass})
}

func (s *server) decide(d directory.Decision) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		decided, err := s.daemon.Decide(r.PathValue("id"), d)
		s.answer(w, decided, err)
	}
}
