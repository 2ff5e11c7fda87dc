// Package online runs `syncd directory serve`, the simulated online directory, in a process of its own.
package online
