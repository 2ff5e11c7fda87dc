package main

import "os"

// triggerSignals is empty: Windows has no such signal, use the control endpoint or `syncd --now`.
func triggerSignals() []os.Signal { return nil }
