package service

import "context"

func Run(context.Context, string, func(context.Context, Host) (exit int, err error)) error {
	return nil
}
func Install(context.Context, Options) (notes []string, err error) { return nil, nil }
func Uninstall(context.Context, string) error                      { return nil }
func Start(context.Context, string) error                          { return nil }
func Stop(context.Context, string) error                           { return nil }
func Status(context.Context, string) (State, error)                { return State{}, nil }
