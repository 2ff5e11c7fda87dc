// Package replay measures what an online directory can take: Recorder stands before it and keeps what syncd sends, and Play sends the
// same again to a fresh copy of that directory, as fast as it answers.
//
// The recorder copies bytes and looks at none of them: each connection's requests go into a file and its answers into another, with the
// moments at which each request began and its answer ended. What is replayed are all requests that changed something, creations, updates
// and memberships, byte for byte, in the order in which they began, as many at a time as there were at most. The fresh directory gives
// other ids: each id in a path or a body is replaced by the one that the same object has received there, and a request that names an
// object waits until its creation is answered. Nothing else waits: the pauses of the recorded pass are not replayed.
//
// Where it hurts: ids are taken for UUIDs, and the operations of a Bulk request for answered in their order, which is what the simulated
// online directory does.
package replay
