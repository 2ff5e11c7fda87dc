// Package diff turns resources and a snapshot into an ordered plan and says whether it is safe.
//
// A Planner is fed with what a pass reads, one object at a time, and keeps only the anchors of what changes: changes go to a spool (a
// small one stays in memory, a large one lies in files), anchors and edges to sorters that do the same. When everything has been read it compares
// what was seen with the snapshot by walking both in order. The result is a Plan: changes in the order in which they are to be
// applied, counts, and what is held back and why. Nothing here talks to a directory.
//
// Where it hurts: whether an edge or a manager can be pushed depends on whether both ends will be online after the pass, which is
// known only when every object has been read. Edges and references are therefore decided last. And what a crash left unanswered is
// in doubt: it may be online or not, whatever Active Directory says by now. An object in doubt is created anew, which adopts or
// creates; an edge or a reference in doubt is pushed, or taken away, once more.
package diff
