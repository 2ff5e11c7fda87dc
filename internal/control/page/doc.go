// Package page is the status page of the control endpoint: whether syncd is healthy, what the last passes did, what is refused and what is held,
// with the two answers to it, and a button for a pass.
//
// Pages are made here and work without JavaScript; the script only keeps an open page up to date. Nothing inline is executed or styled (the
// Content-Security-Policy forbids it), and names from elsewhere are escaped by html/template.
//
// Where it hurts: a browser sends its cookies to every page that some other site makes it open. So whatever changes something is a POST that
// http.CrossOriginProtection lets through, the cookie is SameSite=Strict, and a Host that is not this machine is turned away, because a name
// of a foreign site may be made to point here (DNS rebinding).
package page
