package tidb

import "fmt"

// result is the answer to a statement: rows, or the number of affected ones.
type result struct {
	columns  []string
	rows     [][]any
	affected int
}

// rowsOf is a result with rows; nil in a row is NULL.
func rowsOf(columns []string, rows ...[]any) *result {
	return &result{columns: columns, rows: rows}
}

// sqlError is an error with the code and state for a MySQL client.
type sqlError struct {
	code           uint16
	state, message string
}

func (e *sqlError) Error() string { return e.message }

func failure(code uint16, state, format string, values ...any) *sqlError {
	return &sqlError{code, state, fmt.Sprintf(format, values...)}
}

// Errors of TiDB, with its numbers.
var (
	errPDTimeout     = failure(9001, "HY000", "PD server timeout[try again later]")
	errRegionTimeout = failure(9005, "HY000", "Region is unavailable[try again later]")
	errNoPump        = failure(1105, "HY000", "write binlog failed, the last err no avaliable pump to write binlog")
)

func notUnderstood(query string) *sqlError {
	return failure(1105, "HY000", "the stand-in understands no such statement: %s", query)
}
