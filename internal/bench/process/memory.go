package process

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Memory are peaks in bytes.
type Memory struct {
	Anon     int64 // RssAnon of proc(5): what the kernel cannot drop
	File     int64 // RssFile: mapped files, which it can
	Resident int64 // VmHWM: everything
}

// Watch follows the memory of a process until Stop.
type Watch struct {
	pid  int
	quit chan struct{}
	done chan struct{}

	mu   sync.Mutex
	peak Memory
}

const sampleEvery = 20 * time.Millisecond

// WatchMemory begins to look at a process.
func WatchMemory(pid int) *Watch {
	w := &Watch{pid: pid, quit: make(chan struct{}), done: make(chan struct{})}
	go func() {
		defer close(w.done)
		tick := time.NewTicker(sampleEvery)
		defer tick.Stop()
		for {
			w.sample()
			select {
			case <-w.quit:
				return
			case <-tick.C:
			}
		}
	}()
	return w
}

// Stop ends the looking and returns the peaks. It is called once.
func (w *Watch) Stop() Memory {
	close(w.quit)
	<-w.done
	return w.Peak()
}

// Peak returns the peaks so far.
func (w *Watch) Peak() Memory {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.peak
}

// sample reads /proc/PID/status. A process that has ended, and a system without the file, leave the peaks as they are.
func (w *Watch) sample() {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", w.pid))
	if err != nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(line, ":")
		fields := strings.Fields(value)
		if len(fields) != 2 {
			continue
		}
		kb, err := strconv.ParseInt(fields[0], 10, 64)
		if err != nil {
			continue
		}
		switch bytes := kb << 10; name {
		case "RssAnon":
			w.peak.Anon = max(w.peak.Anon, bytes)
		case "RssFile":
			w.peak.File = max(w.peak.File, bytes)
		case "VmHWM":
			w.peak.Resident = max(w.peak.Resident, bytes)
		}
	}
}
