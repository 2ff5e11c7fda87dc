package process

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Spec is a program to run.
type Spec struct {
	Path string
	Args []string
	Env  []string // on top of this process's own
	In   io.Reader
	Out  io.Writer
}

// Use is what a program cost.
type Use struct {
	Wall   time.Duration
	CPU    time.Duration // in the program and in the kernel on its behalf
	Memory Memory
}

func (s Spec) command(ctx context.Context, said io.Writer) *exec.Cmd {
	cmd := exec.CommandContext(ctx, s.Path, s.Args...)
	cmd.Env = append(cmd.Environ(), s.Env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = s.In, s.Out, said
	cmd.SysProcAttr = withParent()
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = patience
	return cmd
}

// patience is how long a program has between the polite signal and the other one.
const patience = 20 * time.Second

// Run runs a program to its end. The error of one that fails carries the end of what it said on standard error.
func Run(ctx context.Context, s Spec) (Use, error) {
	said := &tail{}
	cmd := s.command(ctx, said)
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return Use{}, fmt.Errorf("starting %s: %w", s.Path, err)
	}
	watch := WatchMemory(cmd.Process.Pid)
	err := cmd.Wait()
	use := Use{Wall: time.Since(begin), CPU: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), Memory: watch.Stop()}
	if err != nil {
		return use, s.failure(err, said)
	}
	return use, nil
}

func (s Spec) failure(err error, said *tail) error {
	return fmt.Errorf("%s %s: %w\n%s", filepath.Base(s.Path), strings.Join(s.Args, " "), err, said)
}

// Child is a program that runs beside this one.
type Child struct {
	spec   Spec
	cancel context.CancelFunc
	told   func() bool // that it has been told to end
	ended  chan struct{}
	err    error // once ended is closed
	said   *tail
	watch  *Watch
	stop   sync.Once
	result error // of Stop
}

// Start starts a program and waits until it says a line on standard error that begins with ready, and returns the rest of that line; with
// ready "" it does not wait. The end of the context stops the program.
func Start(ctx context.Context, s Spec, ready string) (*Child, string, error) {
	inner, cancel := context.WithCancel(ctx)
	reader, writer := io.Pipe()
	c := &Child{spec: s, cancel: cancel, told: func() bool { return inner.Err() != nil }, ended: make(chan struct{}), said: &tail{}}
	cmd := s.command(inner, writer)
	if err := cmd.Start(); err != nil {
		cancel()
		return nil, "", fmt.Errorf("starting %s: %w", s.Path, err)
	}
	c.watch = WatchMemory(cmd.Process.Pid)
	found := make(chan string, 1)
	heard := make(chan struct{})
	go func() {
		defer close(heard)
		c.listen(reader, ready, found)
	}()
	go func() {
		defer close(c.ended)
		c.err = cmd.Wait()
		c.err = errors.Join(c.err, writer.Close())
		<-heard
	}()
	if ready == "" {
		return c, "", nil
	}
	select {
	case line := <-found:
		return c, line, nil
	case <-c.ended:
		cancel()
		c.watch.Stop()
		return nil, "", s.failure(errors.Join(errors.New("it ended before it was ready"), c.err), c.said)
	}
}

// listen keeps the end of what a child says, and hands over the line that was waited for.
func (c *Child) listen(r io.Reader, ready string, found chan<- string) {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		if rest, ok := strings.CutPrefix(line, ready); ok && found != nil { // there is room for one
			found <- strings.TrimSpace(rest)
			found = nil
		}
		_, _ = c.said.Write([]byte(line)) // it never fails
		if err != nil {
			return
		}
	}
}

// Peak are the child's peaks so far.
func (c *Child) Peak() Memory { return c.watch.Peak() }

// Stop ends the child politely and waits for it. A child that had ended before by itself, or that ends with an exit status other than 0, is
// an error. Stop may be called more than once.
func (c *Child) Stop() error {
	c.stop.Do(func() {
		select {
		case <-c.ended:
			if !c.told() {
				c.result = c.spec.failure(errors.Join(errors.New("it ended by itself"), c.err), c.said)
			}
		default:
			c.cancel()
			<-c.ended
		}
		if exit, ok := errors.AsType[*exec.ExitError](c.err); c.result == nil && ok && exit.ExitCode() > 0 {
			c.result = c.spec.failure(c.err, c.said)
		}
		c.cancel()
		c.watch.Stop()
	})
	return c.result
}

// tail keeps the last bytes that are written to it.
type tail struct{ text []byte }

const tailSize = 8 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.text = append(t.text, b...)
	if len(t.text) > 2*tailSize {
		t.text = bytes.Clone(t.text[len(t.text)-tailSize:])
	}
	return len(b), nil
}

func (t *tail) String() string { return string(t.text[max(0, len(t.text)-tailSize):]) }
