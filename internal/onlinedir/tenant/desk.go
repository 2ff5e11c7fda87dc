package tenant

import (
	"context"
	"database/sql"
	"errors"
)

// mostStatements is how many statements the writer keeps: more than its own, but what a filter is compiled to has as many forms as clients think of.
const mostStatements = 256

// desk is the one connection that writes, and the statements that were prepared on it. They are kept from transaction to transaction, for
// preparing one costs more than running it; and a transaction of database/sql would cost a goroutine for each row that is read.
type desk struct {
	turn       chan struct{} // held by who writes
	conn       *sql.Conn
	statements map[string]*sql.Stmt
}

func newDesk(ctx context.Context, db *sql.DB) (*desk, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &desk{make(chan struct{}, 1), conn, make(map[string]*sql.Stmt)}, nil
}

// take waits for the turn to write, or until the context ends.
func (d *desk) take(ctx context.Context) error {
	select {
	case d.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (d *desk) leave() { <-d.turn }

// transaction runs fn in one that holds the write lock from its beginning. It is kept only when fn returns nil, and is on the disk when
// transaction returns nil.
func (d *desk) transaction(ctx context.Context, fn func() error) error {
	if len(d.statements) > mostStatements {
		if err := d.forget(); err != nil {
			return err
		}
	}
	if _, err := d.conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	kept := false
	defer func() {
		if !kept {
			_, _ = d.conn.ExecContext(ctx, "ROLLBACK") // where SQLite has done so by itself there is nothing to take back
		}
	}()
	if err := fn(); err != nil {
		return err
	}
	_, err := d.conn.ExecContext(ctx, "COMMIT")
	kept = err == nil
	return err
}

// forget closes the statements.
func (d *desk) forget() error {
	var err error
	for _, s := range d.statements {
		err = errors.Join(err, s.Close())
	}
	clear(d.statements)
	return err
}

// close gives the connection back.
func (d *desk) close() error { return errors.Join(d.forget(), d.conn.Close()) }
