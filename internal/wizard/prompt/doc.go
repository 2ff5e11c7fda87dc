// Package prompt asks questions in a terminal, one line after the other: no cursor moves and no colour, so that it works on a terminal, on a
// pipe, with a screen reader and in a window without a size.
//
// It promises that a secret is not echoed, that a terminal is left as it was found, also when the context ends in the middle of a question,
// and that nothing foreign (a name out of a directory, the text of a server's error) can steer the terminal: see console.Safe. Answers that end
// early, and a context that ends, are ErrEnded.
//
// Where it hurts: a read from a terminal or a pipe cannot be called back. When the context ends, the goroutine that waits for the answer stays
// until the process ends, so that a Prompt must not be used after ErrEnded.
package prompt
