// Package diff turns resources and a snapshot into an ordered plan and says whether it is safe.
//
// A Planner is fed with what a pass reads, one object at a time, and keeps only the anchors of what changes: changes go to a spool (a
// small one stays in memory, a large one lies in files), anchors and edges to sorters that do the same. When everything has been read it compares
// what was seen with the snapshot by walking both in order. The result is a Plan: changes in the order in which they are to be
// applied, counts, and what is held back or refused and why. A plan can be saved as a file and read again. Nothing here talks to a
// directory.
//
// It promises that whatever takes something away (a departure, a block, the end of a membership) is within the limits, or approved, or held:
// held changes are remembered by their key from pass to pass with an operator's decision, count once, and are forgotten when Active
// Directory says something else. A held block is the one exception to "leavers are blocked in the same pass": so many at once are more
// likely a mistake.
//
// Where it hurts: whether an edge or a manager can be pushed depends on whether both ends will be online after the pass, which is
// known only when every object has been read and the limits were checked. Departures and blocks are therefore decided in Finish, then
// edges, then references. And what a crash left unanswered is in doubt: it may be online or not, whatever Active Directory says by now. An
// object in doubt is created anew, which adopts or creates; an edge or a reference in doubt is pushed, or taken away, once more.
package diff
