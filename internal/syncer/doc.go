// Package syncer runs one pass, and runs passes on schedule or on request.
//
// RunOnce is the design's data path, step by step: read, map, plan, check, apply, commit. It is the whole of `syncd --now` and the
// body of the daemon's loop. It promises that the complete plan is made and checked before the first write, that the snapshot
// changes only after an acknowledgement, and that the watermark moves only when everything before it has been kept.
//
// The package knows no LDAP, no SCIM and no database: it declares the small interfaces it needs (Session, Target, Store), and the
// program gives it the real ones.
package syncer
