// Package online runs `syncd directory serve`, the simulated online directory, in a process of its own, and reads from it which id it gave
// to which object.
package online
