// Package process runs programs as children and tells what they cost: the time on the clock, the time on the processors, and the peaks of
// their memory, by kind.
//
// It promises that no child outlives its parent, however that ends: the kernel kills them with it. Where it hurts: memory is looked at
// every 20 ms, so a shorter peak of anonymous memory is missed (that of all resident memory is the kernel's own and misses none), and both
// are known on Linux only; elsewhere they are zero.
package process
