//go:build !windows

package service

import (
	"context"

	"syncd/internal/directory"
)

// Run is for Windows: elsewhere a daemon needs nobody to run.
func Run(context.Context, string, func(context.Context, Host) (exit int, err error)) error {
	return &directory.Fault{Class: directory.Usage, Cause: "--windows-service is for the service manager of Windows", Remedy: "leave it out"}
}
