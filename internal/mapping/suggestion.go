package mapping

import "strings"

// closest is the name that a misspelt one most likely stands for: the one with the fewest letters to change, insert, drop or exchange, if
// they are few; else "".
func closest(misspelt string, names []string) string {
	best, least := "", len(misspelt)/3
	for _, name := range names {
		if d := Distance(strings.ToLower(misspelt), strings.ToLower(name)); d < least || best == "" && d == least {
			best, least = name, d
		}
	}
	return best
}

// Distance is how many letters of a name have to be changed, inserted or dropped to make the other one of it (Levenshtein's), with neighbours
// that changed places as one mistake. Letters are bytes here.
func Distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
