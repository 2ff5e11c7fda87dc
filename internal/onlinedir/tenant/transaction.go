package tenant

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"

	"syncd/internal/onlinedir/scim"
)

// Reader reads one moment of the directory. It is valid only inside the function that it was given to.
type Reader struct {
	tenant     *Tenant
	from       preparer
	statements map[string]*sql.Stmt
	steady     bool // statements run to their end
}

// preparer is a *sql.Tx, or the *sql.Conn of the writer.
type preparer interface {
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
}

// Writer also changes. After an error of any method but a *scim.Error of Savepoint's function, the transaction must be given up.
type Writer struct {
	Reader
	domains map[string]bool // see companyDomains
	moves   []move          // memberships that changed, for the audit log
	made    creations       // likewise
	looks   int             // see spend
}

// Read runs fn on one moment of the directory. fn must not wait for anything slow: an old moment keeps the log from being folded
// into the file.
func (t *Tenant) Read(ctx context.Context, fn func(*Reader) error) error {
	tx, err := t.read.BeginTx(ctx, nil)
	if err != nil {
		return busy(err)
	}
	defer tx.Rollback() // nothing to keep
	return busy(fn(&Reader{t, tx, make(map[string]*sql.Stmt), false}))
}

// Write runs fn in a transaction that holds the write lock from its beginning. It is kept only when fn returns nil, and is on
// the disk when Write returns nil. A context that ends while waiting for the lock ends Write; later it is fn's to look at.
func (t *Tenant) Write(ctx context.Context, fn func(*Writer) error) error {
	if err := t.desk.take(ctx); err != nil {
		return busy(err)
	}
	defer t.desk.leave()
	// Statements under a context that can end cost a goroutine each; a thousand operations would pay for it a thousand times.
	return busy(t.desk.transaction(context.WithoutCancel(ctx), func() error {
		w := &Writer{Reader: Reader{t, t.desk.conn, t.desk.statements, true}}
		if err := fn(w); err != nil {
			return err
		}
		return firstOf(w.noteCreations(ctx), w.noteMoves(ctx))
	}))
}

// Savepoint runs fn so that its changes disappear when it returns an error, while what came before stays. The error is returned.
func (w *Writer) Savepoint(ctx context.Context, fn func() error) error {
	if _, err := w.exec(ctx, "SAVEPOINT operation"); err != nil {
		return err
	}
	told, made := len(w.moves), w.made
	if err := fn(); err != nil {
		w.moves, w.made = w.moves[:told], made
		_, undo := w.exec(ctx, "ROLLBACK TO operation")
		_, done := w.exec(ctx, "RELEASE operation")
		if undo != nil || done != nil {
			return fmt.Errorf("take back an operation: %w", errors.Join(undo, done))
		}
		return err
	}
	_, err := w.exec(ctx, "RELEASE operation")
	return err
}

// mostLooks bounds how often the changes of one transaction look at values of documents: about a second of work, while which nobody else writes.
const mostLooks = 500_000

// bytesPerLook is what of a document counts as a look, because it is read and written whole. A bulk can change a thousand people with photographs.
const bytesPerLook = 400

// spend notes looks, and refuses to do more than one transaction may.
func (w *Writer) spend(looks int) error {
	if w.looks += looks; w.looks <= mostLooks {
		return nil
	}
	return scim.Refuse(http.StatusRequestEntityTooLarge, "", "the operations go through more than %d values of attributes, members and parts of documents in all; send fewer operations at a time", mostLooks)
}

// statement prepares a query once: a reader for its transaction, the writer for good (see desk).
func (r *Reader) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	if s, ok := r.statements[query]; ok {
		return s, nil
	}
	s, err := r.from.PrepareContext(r.within(ctx), query)
	if err != nil {
		return nil, err
	}
	r.statements[query] = s
	return s, nil
}

// within is the context for a statement.
func (r *Reader) within(ctx context.Context) context.Context {
	if r.steady {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

func (r *Reader) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s, err := r.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(r.within(ctx), args...)
}

// row reads one row into dest and reports whether there is one.
func (r *Reader) row(ctx context.Context, query string, args []any, dest ...any) (bool, error) {
	s, err := r.statement(ctx, query)
	if err != nil {
		return false, err
	}
	err = s.QueryRowContext(r.within(ctx), args...).Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// exec runs a statement and returns how many rows it changed.
func (w *Writer) exec(ctx context.Context, query string, args ...any) (int64, error) {
	s, err := w.statement(ctx, query)
	if err != nil {
		return 0, err
	}
	result, err := s.ExecContext(w.within(ctx), args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}
