package store

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"syncd/internal/diff"
)

const childVariable = "SYNCD_TEST_STORE"

// commitForever is the process that is killed: it commits batches of people who join a group, compacts the file after each, and tells each one
// that is kept.
func commitForever(dir string) error {
	s, err := Open(dir, online)
	if err != nil {
		return err
	}
	population, err := s.Population()
	if err != nil {
		return err
	}
	for n := max(0, population-1); ; n++ {
		r := user(fmt.Sprintf("p%06d", n))
		batch := []diff.Answer{created(group("staff")), created(r), answer(diff.AddMember, group("staff"), r.Name(), 0)}
		if err := s.Acknowledge("1", noon, batch); err != nil {
			return err
		}
		if err := s.Finish(&diff.Final{State: diff.State{Fingerprint: strconv.Itoa(n)}}); err != nil {
			return err
		}
		if err := s.CompactAlways(context.Background()); err != nil {
			return err
		}
		fmt.Println("kept", n)
	}
}

// TestLaw9AKillLeavesAStateThatOpens kills a process in the middle of its commits and of compacting, again and again on the same file. What it told
// is there, the indexes agree, and nothing that was not acknowledged is past the watermark.
func TestLaw9AKillLeavesAStateThatOpens(t *testing.T) {
	if dir := os.Getenv(childVariable); dir != "" {
		t.Fatal(commitForever(dir))
	}
	dir := t.TempDir()
	for round := range 4 {
		told := killAfter(t, dir, 5+7*round)
		s, err := Open(dir, online)
		must(t, err)
		verify(t, s)
		for n := range told + 1 {
			if _, found, err := s.Entry(at(fmt.Sprintf("p%06d", n))); err != nil || !found {
				t.Fatalf("round %d: p%06d was told and is lost (%v)", round, n, err)
			}
		}
		population, err := s.Population()
		must(t, err)
		state, err := s.State()
		must(t, err)
		if mark, err := strconv.Atoi(state.Fingerprint); err != nil || mark > population-2 || mark < told {
			t.Errorf("law 7: the watermark is at %q, %d people are kept, %d were told (%v)", state.Fingerprint, population-1, told+1, err)
		}
		must(t, s.Close())
	}
}

// killAfter runs commitForever in another process, kills it once it has told so many commits, and returns the last one it told.
func killAfter(t *testing.T, dir string, commits int) (last int) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	child.Env = append(os.Environ(), childVariable+"="+dir)
	out, err := child.StdoutPipe()
	must(t, err)
	must(t, child.Start())
	last = -1
	for lines := bufio.NewScanner(out); lines.Scan(); {
		n, kept := strings.CutPrefix(lines.Text(), "kept ")
		if !kept {
			t.Logf("the child: %s", lines.Text())
			continue
		}
		last, err = strconv.Atoi(n)
		must(t, err)
		if commits--; commits == 0 {
			must(t, child.Process.Kill())
		}
	}
	if child.Wait() == nil || last < 0 {
		t.Fatal("the child ended by itself")
	}
	return last
}
