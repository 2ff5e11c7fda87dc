// Package edit changes single values of a YAML file and keeps the rest of it byte for byte: comments, order, spacing and quotes that an
// administrator wrote stay as they are.
//
// It finds a value by the position of its node, replaces the text that stands there, and then proves the result: read again, the file must
// say what it said before but for the value that was asked for. What cannot be proved is an error and changes nothing.
//
// Where it hurts: values with YAML anchors or aliases, scalars over several lines, and documents in tabs or with carriage returns inside of
// values are left to a human; comments inside of a list go when the list is replaced.
package edit
