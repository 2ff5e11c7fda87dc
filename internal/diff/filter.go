package diff

import "math/bits"

// filter is a Bloom filter of hashes: it has every one that was added, and about one in a hundred of the others.
type filter struct{ words []uint64 }

const (
	filterBits   = 10 // for each hash
	filterProbes = 7
)

func newFilter(count int) filter { return filter{make([]uint64, count*filterBits/64+1)} }

func (f filter) add(hash uint64) {
	for i := range uint64(filterProbes) {
		at := f.place(hash, i)
		f.words[at/64] |= 1 << (at % 64)
	}
}

func (f filter) has(hash uint64) bool {
	for i := range uint64(filterProbes) {
		at := f.place(hash, i)
		if f.words[at/64]&(1<<(at%64)) == 0 {
			return false
		}
	}
	return true
}

// place is the bit of a probe: double hashing with the two halves of the hash.
func (f filter) place(hash, probe uint64) uint64 {
	at, _ := bits.Mul64(hash+probe*(bits.RotateLeft64(hash, 32)|1), uint64(len(f.words))*64)
	return at
}
