package main

import (
	"context"
	"errors"
)

func (k *checkCommand) data(ctx context.Context, c *config, std streams) error {
	return errors.New("TODO")
}
