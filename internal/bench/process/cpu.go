package process

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"
)

// tick is the unit of times in /proc (sysconf(_SC_CLK_TCK)), the same on every Linux that Go runs on.
const tick = time.Second / 100

// CPU is the time that a running process has had on the processors so far, from /proc/PID/stat (proc(5)); zero where that is not known.
func CPU(pid int) time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	// The name in parentheses may hold anything; behind it utime and stime are the 12th and the 13th field.
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
	if len(fields) < 13 {
		return 0
	}
	var sum int64
	for _, f := range fields[11:13] {
		n, err := strconv.ParseInt(string(f), 10, 64)
		if err != nil {
			return 0
		}
		sum += n
	}
	return time.Duration(sum) * tick
}

// CPU is the time that the child has had on the processors so far.
func (c *Child) CPU() time.Duration { return CPU(c.watch.pid) }
