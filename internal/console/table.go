package console

import (
	"fmt"
	"io"
	"strings"
)

const (
	gap         = "  "
	leastLast   = 24 // cells that the last column keeps, as long as the others can give them
	leastColumn = 6
)

// Table is rows of text under each other. The last column holds the sentences: it is wrapped where a line is too long for the terminal,
// after the widest of the other columns have been cut.
type Table struct {
	Margin int // blank cells before each line

	rows [][]string
}

// NewTable begins a table with the names of its columns; without names it has no head.
func NewTable(names ...string) *Table {
	t := new(Table)
	if len(names) > 0 {
		t.Row(names...)
	}
	return t
}

// Row appends a row. Its cells are made clean; a row may have fewer than others.
func (t *Table) Row(cells ...string) {
	row := make([]string, len(cells))
	for i, c := range cells {
		row[i] = Clean(c)
	}
	t.rows = append(t.rows, row)
}

// Print writes the table for lines of width cells; 0 cuts and wraps nothing.
func (t *Table) Print(out io.Writer, width int) error {
	margin := strings.Repeat(" ", t.Margin)
	if width > 0 {
		width = max(width-t.Margin, 1)
	}
	columns := t.columns(width)
	for _, row := range t.rows {
		line := margin + strings.ReplaceAll(lineOf(row, columns, width), "\n", "\n"+margin)
		if _, err := fmt.Fprintln(out, line); err != nil {
			return fmt.Errorf("a table cannot be printed: %w", err)
		}
	}
	return nil
}

// columns are the widths of all columns but the last one.
func (t *Table) columns(width int) []int {
	var widths []int
	for _, row := range t.rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], Cells(cell))
		}
	}
	if len(widths) == 0 {
		return nil
	}
	last := min(widths[len(widths)-1], leastLast)
	widths = widths[:len(widths)-1]
	for width > 0 && len(widths) > 0 && total(widths)+last > width {
		widest := 0
		for i, w := range widths {
			if w > widths[widest] {
				widest = i
			}
		}
		if widths[widest] <= leastColumn {
			break
		}
		widths[widest]--
	}
	return widths
}

// total is how many cells columns use, with the gap after each.
func total(widths []int) int {
	n := 0
	for _, w := range widths {
		n += w + len(gap)
	}
	return n
}

// lineOf is one row, without its last line end.
func lineOf(row []string, columns []int, width int) string {
	var line strings.Builder
	for i, cell := range row {
		if i < len(columns) {
			if width > 0 {
				cell = Fit(cell, columns[i])
			}
			line.WriteString(Pad(cell, columns[i]) + gap)
			continue
		}
		before := total(columns)
		if room := width - before; width > 0 && room >= leastColumn {
			cell = strings.Join(Break(cell, room, ""), "\n"+strings.Repeat(" ", before))
		}
		line.WriteString(cell)
	}
	return strings.TrimRight(line.String(), " ")
}
