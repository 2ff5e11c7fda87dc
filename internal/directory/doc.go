// Package directory holds the nouns that every other package speaks in: anchor, kind, object, resource, edge,
// evidence and watermark.
//
// It promises nothing but shapes. It imports no other package of this module, so that any package may import it.
package directory
