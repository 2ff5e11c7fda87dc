package domain

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"syncd/internal/adsim/dit"
)

// handler answers the parent's requests.
func (d *domain) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /change", func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(r.FormValue("n"))
		if err == nil {
			err = d.change(n)
		}
		answer(w, nil, err)
	})
	mux.HandleFunc("POST /join", func(w http.ResponseWriter, r *http.Request) {
		answer(w, nil, d.join(r.FormValue("group")))
	})
	mux.HandleFunc("GET /asked", func(w http.ResponseWriter, _ *http.Request) { answer(w, d.front.Asked(), nil) })
	mux.HandleFunc("GET /served", func(w http.ResponseWriter, _ *http.Request) { answer(w, d.front.Served(), nil) })
	return mux
}

func answer(w http.ResponseWriter, value any, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_ = json.NewEncoder(w).Encode(value) // a parent that has left reads nothing any more
}

// change gives so many people, spread over the company, another telephone number.
func (d *domain) change(n int) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	step := max(1, len(d.people)/max(n, 1))
	for i := range n {
		who := d.people[(i*step+d.turn)%len(d.people)]
		number := fmt.Sprintf("+49 30 %08d", d.turn*1000+i)
		err := d.ad.Modify(who, dit.Modification{Operation: dit.ModifyReplace, Name: "telephoneNumber", Values: []string{number}})
		if err != nil {
			return err
		}
	}
	d.turn++
	return nil
}

// join makes somebody who is not in it yet a member of a group that was asked for.
func (d *domain) join(group string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.joined++
	who := d.people[len(d.people)-d.joined]
	return d.ad.Modify(group, dit.Modification{Operation: dit.ModifyAdd, Name: "member", Values: []string{who}})
}
