package tenant

import (
	"database/sql/driver"
	"sync"

	"modernc.org/sqlite"

	"syncd/internal/onlinedir/scim"
)

// foldFunction is the name that scim.Fold has in SQL, whose own lower() knows ASCII only.
const foldFunction = "scim_fold"

// registerFold teaches SQLite to fold, once for the program: the driver keeps such functions for every database.
var registerFold = sync.OnceValue(func() error {
	return sqlite.RegisterDeterministicScalarFunction(foldFunction, 1, func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
		if s, ok := args[0].(string); ok {
			return scim.Fold(s), nil
		}
		return args[0], nil
	})
})
