package control

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"go.uber.org/zap"

	"syncd/internal/directory"
)

type server struct {
	daemon Daemon
	token  directory.Secret
	log    *zap.Logger
}

// Handler serves the control endpoint. An empty token lets everybody in who can reach it: right for a socket, which has an owner.
func Handler(daemon Daemon, token directory.Secret, log *zap.Logger) http.Handler {
	s := &server{daemon: daemon, token: token, log: log}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/sync", s.sync)
	mux.HandleFunc("GET /v1/status", s.status)
	mux.HandleFunc("GET /v1/passes", s.passes)
	mux.HandleFunc("GET /v1/passes/{id}", s.pass)
	mux.HandleFunc("GET /v1/refused", s.refused)
	mux.HandleFunc("GET /v1/held", s.held)
	mux.HandleFunc("GET /v1/why", s.why)
	mux.HandleFunc("GET /v1/plans/{id}", s.plan)
	mux.HandleFunc("POST /v1/plans/{id}/approve", s.decide(directory.DecisionApproved))
	mux.HandleFunc("POST /v1/plans/{id}/reject", s.decide(directory.DecisionRejected))
	mux.HandleFunc("POST /v1/apply", s.apply)
	open := http.NewServeMux()
	open.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { s.text(w, http.StatusOK, "ok") })
	open.HandleFunc("GET /readyz", s.ready)
	open.Handle("/", s.authorised(mux))
	return open
}

func (s *server) authorised(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		given, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if s.token != "" && subtle.ConstantTimeCompare([]byte(given), []byte(s.token.Reveal())) != 1 {
			s.text(w, http.StatusUnauthorized, "send the token from control.token in the state folder as a bearer token")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// syncAnswer is the answer to what makes a pass: the pass to look for under /v1/passes/{id}.
type syncAnswer struct {
	Pass string `json:"pass"`
}

func (s *server) sync(w http.ResponseWriter, r *http.Request) {
	var request SyncRequest
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4096))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&request); err != nil && !errors.Is(err, io.EOF) {
		s.text(w, http.StatusBadRequest, `send {"full": true|false, "verify": true|false, "dry_run": true|false} or nothing`)
		return
	}
	s.json(w, http.StatusAccepted, syncAnswer{Pass: s.daemon.Trigger(request)})
}

func (s *server) status(w http.ResponseWriter, _ *http.Request) {
	status, err := s.daemon.Status()
	s.answer(w, status, err)
}

func (s *server) ready(w http.ResponseWriter, _ *http.Request) {
	status, err := s.daemon.Status()
	switch {
	case err != nil:
		s.text(w, http.StatusServiceUnavailable, err.Error())
	case !status.Ready:
		s.text(w, http.StatusServiceUnavailable, "the first pass has not ended yet")
	default:
		s.text(w, http.StatusOK, "ok")
	}
}

func (s *server) answer(w http.ResponseWriter, body any, err error) {
	if err != nil {
		s.fail(w, err)
		return
	}
	s.json(w, http.StatusOK, body)
}

// fail tells a fault as it is, so that the client can say it in its own name and end with its exit code.
func (s *server) fail(w http.ResponseWriter, err error) {
	if fault, ok := errors.AsType[*directory.Fault](err); ok {
		s.json(w, http.StatusConflict, faultAnswer{Class: fault.Class, Cause: fault.Cause, Remedy: fault.Remedy})
		return
	}
	s.log.Error("the control endpoint cannot answer", zap.Error(err))
	s.text(w, http.StatusInternalServerError, err.Error())
}

// faultAnswer is a *directory.Fault on its way to the client.
type faultAnswer struct {
	Class  directory.Class `json:"class"`
	Cause  string          `json:"cause"`
	Remedy string          `json:"remedy"`
}

func (s *server) json(w http.ResponseWriter, code int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		s.log.Debug("an answer of the control endpoint was not taken", zap.Error(err))
	}
}

func (s *server) text(w http.ResponseWriter, code int, line string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(code)
	if _, err := io.WriteString(w, line+"\n"); err != nil {
		s.log.Debug("an answer of the control endpoint was not taken", zap.Error(err))
	}
}
