package replay

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// Play sends what was recorded to the online directory at an address, and says what was done. A refused request ends it with an error.
func Play(ctx context.Context, r *Recording, address string) (Work, error) {
	identities := newIdentities(r.ids)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stop := context.AfterFunc(ctx, func() { identities.end(context.Cause(ctx)) })
	defer stop()
	p := &player{recording: r, identities: identities, address: address, bulks: make(chan struct{}, max(1, r.bulks))}
	parallel := r.work.Parallel
	failed := make([]error, parallel)
	var running sync.WaitGroup
	for n := range parallel {
		running.Go(func() {
			if err := p.run(ctx); err != nil {
				failed[n] = err
				cancel(err)
			}
		})
	}
	running.Wait()
	p.work.Took, p.work.Creating, p.work.Parallel = p.all.length(), p.creating.length(), parallel
	return p.work, errors.Join(failed...)
}

// player hands the requests out in their order.
type player struct {
	recording  *Recording
	identities *identities
	address    string
	bulks      chan struct{} // a place for each Bulk request that may be under way

	mu            sync.Mutex
	next          int
	work          Work
	all, creating span
}

func (p *player) take() (request, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.next == len(p.recording.requests) {
		return request{}, false
	}
	p.next++
	return p.recording.requests[p.next-1], true
}

func (p *player) done(k kind, begin time.Time) {
	end := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.work.Requests++
	p.work.Created += k.creations
	p.all.add(begin, end)
	if k.creations > 0 {
		p.creating.add(begin, end)
	}
}

// run is one connection's work.
func (p *player) run(ctx context.Context) error {
	c, err := net.Dial("tcp", p.address)
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = c.Close() }) // whoever waits on it hears that
	defer stop()
	defer func() { _ = c.Close() }() // everything has been read
	in := bufio.NewReaderSize(c, chunk)
	tapes := newTapes(p.recording.dir)
	defer tapes.close()
	for {
		q, ok := p.take()
		if !ok {
			return nil
		}
		message, err := tapes.read(q.tape, sideRequests, q.piece)
		if err != nil {
			return err
		}
		k := kindOf(message)
		if err := p.identities.rewrite(ctx, message); err != nil {
			return err
		}
		if err := p.send(c, in, k, message); err != nil {
			return err
		}
	}
}

// send sends one request and reads its answer.
func (p *player) send(c net.Conn, in *bufio.Reader, k kind, message []byte) error {
	if k.bulk {
		p.bulks <- struct{}{}
		defer func() { <-p.bulks }()
	}
	begin := time.Now()
	if _, err := c.Write(message); err != nil {
		return err
	}
	res, err := http.ReadResponse(in, nil)
	if err != nil {
		return err
	}
	body, err := readAnswer(res)
	if err != nil {
		return err
	}
	p.done(k, begin)
	if res.StatusCode >= 300 {
		line, _, _ := bytes.Cut(message, []byte("\r\n"))
		return fmt.Errorf("the online directory answers a replayed %s with %s: %.300s", line, res.Status, body)
	}
	return p.identities.learn(k, message, body)
}

// readAnswer reads an answer to its end: syncd says that it understands gzip, and so does what was recorded.
func readAnswer(res *http.Response) ([]byte, error) {
	body, err := io.ReadAll(res.Body)
	if err = errors.Join(err, res.Body.Close()); err != nil || res.Header.Get("Content-Encoding") != "gzip" {
		return body, err
	}
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}
