//go:build !race

package simulation_test

// defaultSeeds is how many histories `make test` lives through.
const defaultSeeds = 300
