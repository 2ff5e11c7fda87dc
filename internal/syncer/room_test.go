package syncer

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"syncd/internal/directory"
)

func TestADiskWithoutRoom(t *testing.T) {
	full := syscall.ENOSPC
	if runtime.GOOS == "windows" {
		full = 0x70
	}
	err := remedied(fmt.Errorf("writing the snapshot: %w", &fs.PathError{Op: "write", Path: "state.db", Err: full}))
	if f, ok := errors.AsType[*directory.Fault](err); !ok || f.Class != directory.Failed || !strings.Contains(err.Error(), "state.db: ") || !strings.Contains(err.Error(), "make room") {
		t.Error(err)
	}
	if other := errors.New("another"); !errors.Is(remedied(other), other) || remedied(other).Error() != "another" || remedied(nil) != nil {
		t.Error(remedied(other))
	}
}
