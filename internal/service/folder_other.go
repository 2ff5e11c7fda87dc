//go:build !windows

package service

// CheckFolder has nothing to refuse: only root makes folders where syncd has its own.
func CheckFolder(_, _ string) error { return nil }

// CloseFolder has nothing to close: folders are made for their owner and group alone.
func CloseFolder(_, _ string) (made string, err error) { return "", nil }
