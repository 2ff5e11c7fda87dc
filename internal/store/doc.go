// Package store remembers in one bbolt file what the online directory has acknowledged, how far the source has been read, what is
// refused or held, and the history of passes.
//
// What is held stays with the pass that held it first and with an operator's decision, until a pass says that it is done, or no longer so.
// What is summed up for a status is kept summed up: telling it does not read a hundred thousand records.
//
// It promises that the file is always consistent with itself: every write is one transaction, an object and its indexes change
// together, and the watermark moves only in the transaction that ends a pass. A batch is remembered before it is sent: a crash loses
// at most the acknowledgements of one batch, and which ones is known.
//
// Where it hurts: bbolt maps the file into memory, so read transactions must be short (none is held while a network answers), and
// one process owns the file: a second one gets ErrLocked at once.
package store
