package mapping

import (
	"errors"
	"fmt"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"

	"syncd/internal/directory"
)

// wrong keeps the first mistake of an expression.
func (r *resolver) wrong(n ast.Node, problem, remedy string) {
	if problem != "" && r.mistake == nil {
		r.mistake = &directory.FieldError{Problem: at(r.text, n.Location().From) + problem, Remedy: remedy}
	}
}

// misplaced words what expr-lang says about an expression.
func misplaced(text string, err error) error {
	problem := err.Error()
	if f, ok := errors.AsType[*file.Error](err); ok {
		problem = at(text, f.From) + f.Message
	}
	return &directory.FieldError{Problem: strings.ReplaceAll(problem, "\n", " "), Remedy: "correct the expression; docs/mapping.md describes the language"}
}

// plainError words what expr-lang says about an expression that failed, without the expression.
func plainError(err error) error {
	if f, ok := errors.AsType[*file.Error](err); ok {
		return errors.New(strings.ReplaceAll(f.Message, "\n", " "))
	}
	return err
}

// at shows a place in an expression, counted in characters: what stands there, behind a mark, and what comes before.
func at(text string, place int) string {
	const around = 32
	runes := []rune(strings.ReplaceAll(strings.TrimRight(text, " \n"), "\n", " "))
	place = min(max(place, 0), len(runes))
	before, behind := runes[:place], runes[place:]
	left, right := "", ""
	if len(before) > around {
		before, left = before[len(before)-around:], "…"
	}
	if len(behind) > around {
		behind, right = behind[:around], "…"
	}
	return fmt.Sprintf("at character %d, %s%s▸%s%s: ", place+1, left, string(before), string(behind), right)
}
