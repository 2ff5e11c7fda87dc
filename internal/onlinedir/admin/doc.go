// Package admin is what the administrator of the online directory sees in a browser: the people with their states, and the switch
// that lets synchronisation write. Pages work without script and on a phone, follow the system's dark mode, and say states in the
// words that the command line and the log use.
//
// It promises that no value can become markup (html/template, and a content security policy without script), that no other site
// can act here (http.CrossOriginProtection), and that every request carries the administrator's name and password (HTTP Basic: serve
// it over TLS). A page is complete in memory before it is sent.
//
// Where it hurts: a search that few accounts match looks at all of them.
package admin
