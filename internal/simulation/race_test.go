//go:build race

package simulation_test

// defaultSeeds is small where the race detector makes each history ten times as long: .ci/test lives through more without it.
const defaultSeeds = 50
