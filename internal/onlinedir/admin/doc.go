// Package admin is the admin centre of the online directory: what its administrators see in a browser. Each section (overview, users,
// migration, ...) has a file with its routes and handlers and a template of the same name; sections.go lists them.
//
// It promises that every page can be read and every action made without script, on a phone, with a keyboard alone and with a screen
// reader; that no value can become markup (html/template, and a content security policy without inline script or style); that no other
// site can act here (http.CrossOriginProtection, and a token in every form); and that what a role may not do is neither offered nor
// accepted. A page is complete in memory before it is sent.
//
// A request becomes a visit (visit.go), which knows who is there; handlers are methods of it and return an error, which becomes a page
// that says what happened and what helps.
//
// Where it hurts: the selections of actions in bulk are kept in this process (bulk.go), so a restart between the preview and the
// answer asks the administrator to select again.
package admin
