package store

import (
	"errors"
	"fmt"
	"os"

	"go.etcd.io/bbolt"
)

// Fork returns a private copy of the state, for a dry run that writes: nothing of it comes back, and its Close removes it.
func (s *Store) Fork() (_ *Store, err error) {
	f, err := os.CreateTemp(s.TempDir(), "fork-*.tmp")
	if err != nil {
		return nil, fmt.Errorf("the state folder cannot take a copy of the state: %w", err)
	}
	fork := &Store{dir: s.dir, path: f.Name(), private: true}
	err = s.view(func(tx *bbolt.Tx) error {
		_, err := tx.WriteTo(f)
		return err
	})
	if err = errors.Join(err, f.Close()); err == nil {
		err = fork.guard(func() (err error) {
			fork.db, err = openFile(fork.path, bbolt.Options{NoSync: true})
			return err
		})
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("copying the state: %w", err), os.Remove(fork.path))
	}
	return fork, nil
}
