package tenant

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
)

// View is a selection that administrators made and named.
type View struct {
	ID         int64
	Name       string
	Owner      string // name of an administrator
	Shared     bool
	Conditions []Condition
}

const (
	mostViews       = 200 // of everybody together
	longestViewName = 100
)

// Views lists the context's actor's own views and those that others share, by name.
func (t *Tenant) Views(ctx context.Context) (list []View, err error) {
	err = t.Read(ctx, func(r *Reader) error {
		list, err = r.views(ctx, "shared = 1 OR owner = ?", actorOf(ctx).Name)
		return err
	})
	return list, err
}

func (r *Reader) views(ctx context.Context, condition string, args ...any) ([]View, error) {
	rows, err := r.query(ctx, "SELECT id, name, owner, shared, conditions FROM view WHERE "+condition+" ORDER BY name", args...)
	if err != nil {
		return nil, fmt.Errorf("list views: %w", err)
	}
	defer rows.Close()
	var list []View
	for rows.Next() {
		var v View
		var conditions []byte
		if err := rows.Scan(&v.ID, &v.Name, &v.Owner, &v.Shared, &conditions); err != nil {
			return nil, fmt.Errorf("list views: %w", err)
		}
		if err := json.Unmarshal(conditions, &v.Conditions); err != nil {
			return nil, fmt.Errorf("the stored conditions of the view %s are damaged: %w", v.Name, err)
		}
		list = append(list, v)
	}
	return list, rows.Err()
}

// SaveView makes a view, or changes the one with the ID, and returns the ID. A new view belongs to the context's actor, whatever Owner says;
// somebody else's can be changed by a global administrator only. A name that is taken, one that is empty, conditions that make no sense, and
// none at all, are faults.
func (t *Tenant) SaveView(ctx context.Context, v View) (id int64, err error) {
	if err := permit(ctx, UserAdministrator); err != nil {
		return 0, err
	}
	v.Name = strings.TrimSpace(v.Name)
	text, err := t.checkView(v)
	if err != nil {
		return 0, err
	}
	err = t.Write(ctx, func(w *Writer) error {
		if id, err = w.saveView(ctx, v, text); err != nil {
			if isConflict(err) {
				return mistake(fmt.Sprintf("there is a view named %q already", v.Name), "choose another name; it may be somebody's who does not share it")
			}
			return err
		}
		return w.note(ctx, DidSaveView, "", v.Name, inWords(v.Conditions))
	})
	return id, err
}

// checkView returns the conditions as they are stored.
func (t *Tenant) checkView(v View) (string, error) {
	if v.Name == "" {
		return "", mistake("the view has no name", "give it one")
	}
	if err := checkLine("the name of the view", v.Name, longestViewName); err != nil {
		return "", err
	}
	if len(v.Conditions) == 0 || len(v.Conditions) > mostConditions {
		return "", mistake(fmt.Sprintf("the view %s has %s", v.Name, counted(len(v.Conditions), "condition", "conditions")),
			fmt.Sprintf("give it 1 to %d", mostConditions))
	}
	for i, c := range v.Conditions {
		if v.Conditions[i].Value = strings.TrimSpace(c.Value); !NeedsValue(c.Operator) {
			v.Conditions[i].Value = ""
		}
	}
	if _, err := t.userFilter(v.Conditions); err != nil {
		return "", err
	}
	text, err := json.Marshal(v.Conditions)
	if err != nil {
		return "", fmt.Errorf("write down a view: %w", err)
	}
	return string(text), nil
}

func inWords(conditions []Condition) string {
	words := make([]string, len(conditions))
	for i, c := range conditions {
		words[i] = c.String()
	}
	return strings.Join(words, ", ")
}

func (w *Writer) saveView(ctx context.Context, v View, conditions string) (id int64, err error) {
	if v.ID != 0 {
		if _, err := w.ownView(ctx, v.ID); err != nil {
			return 0, err
		}
		_, err := w.exec(ctx, "UPDATE view SET name = ?, shared = ?, conditions = ? WHERE id = ?", v.Name, v.Shared, conditions, v.ID)
		return v.ID, err
	}
	var n int
	if _, err := w.row(ctx, "SELECT count(*) FROM view", nil, &n); err != nil {
		return 0, err
	}
	if n >= mostViews {
		return 0, mistake(fmt.Sprintf("there are %d views already", n), "remove one that nobody needs")
	}
	_, err = w.row(ctx, "INSERT INTO view (name, owner, shared, conditions, created) VALUES (?, ?, ?, ?, ?) RETURNING id",
		[]any{v.Name, actorOf(ctx).Name, v.Shared, conditions, w.tenant.now().UnixMilli()}, &id)
	return id, err
}

// ownView reads a view that the context's actor may change: its own one, or any for a global administrator.
func (w *Writer) ownView(ctx context.Context, id int64) (View, error) {
	list, err := w.views(ctx, "id = ?", id)
	if err != nil {
		return View{}, err
	}
	if len(list) == 0 {
		return View{}, mistake("the view is gone", "look at the list of views; somebody may have removed it")
	}
	if list[0].Owner != actorOf(ctx).Name {
		if err := permit(ctx, GlobalAdministrator); err != nil {
			return View{}, mistake(fmt.Sprintf("the view %s belongs to %s", list[0].Name, list[0].Owner), "make one of your own, or ask a global administrator")
		}
	}
	return list[0], nil
}

// RemoveView forgets a view. Somebody else's can be removed by a global administrator only.
func (t *Tenant) RemoveView(ctx context.Context, id int64) error {
	if err := permit(ctx, UserAdministrator); err != nil {
		return err
	}
	return t.Write(ctx, func(w *Writer) error {
		v, err := w.ownView(ctx, id)
		if err != nil {
			return err
		}
		if _, err := w.exec(ctx, "DELETE FROM view WHERE id = ?", id); err != nil {
			return fmt.Errorf("remove the view %s: %w", v.Name, err)
		}
		return w.note(ctx, DidRemoveView, "", v.Name, "")
	})
}
