// Package console lays out what syncd says to people in a terminal: lines that fit, columns that line up, words in colour, and how far long
// work has come. It measures text in the cells that a terminal draws (a CJK character fills two, a combining accent none), and it lets nothing
// through that a directory could use to rewrite the screen: see Clean.
//
// What is no terminal (a pipe, a file, a test) has the width 0: nothing is cut, wrapped or coloured there.
package console
