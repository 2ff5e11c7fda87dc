// Package explain says why one object is online, or why it is not, in a sentence and with everything that it rests on.
//
// It decides nothing by itself: the object is found and read by the source, recognised by the syncer and judged by the mapping exactly as in a
// pass, and compared with what the store remembers. So what it says is what the next pass will do. It writes nothing, here or online.
//
// Where it hurts: a name is no identity. A name that several objects have is a mistake of who asked, and the answer lists them; a name that
// nobody has may have belonged to somebody who departed, so the store is asked as well, which looks at every name that it knows.
package explain
