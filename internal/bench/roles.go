package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"syncd/internal/bench/domain"
	"syncd/internal/bench/process"
)

// The parts that this program plays in processes of their own.
const (
	roleDomain = "domain" // an Active Directory
	roleRead   = "read"   // reads everything as syncd does
	rolePlain  = "plain"  // reads everything with go-ldap alone
)

// The variables of the environment that tell a process its part.
const (
	roleVariable    = "SYNCD_BENCH_ROLE"
	optionsVariable = "SYNCD_BENCH_OPTIONS" // JSON
)

// role is this program in a part, told what it needs.
func (r *run) role(name string, options any) (process.Spec, error) {
	text, err := json.Marshal(options)
	return process.Spec{Path: r.Self, Env: []string{roleVariable + "=" + name, optionsVariable + "=" + string(text)}}, err
}

// TakeRole plays the part that this process was started for; taken is false where it is the one that measures.
func TakeRole(ctx context.Context, environment func(string) string, said io.Writer) (taken bool, err error) {
	options := []byte(environment(optionsVariable))
	switch name := environment(roleVariable); name {
	case "":
		return false, nil
	case roleDomain:
		var o domain.Options
		if err := json.Unmarshal(options, &o); err != nil {
			return true, err
		}
		return true, domain.Serve(ctx, o, said)
	case roleRead, rolePlain:
		var o reader
		if err := json.Unmarshal(options, &o); err != nil {
			return true, err
		}
		if name == rolePlain {
			return true, o.plain()
		}
		return true, o.read(ctx)
	default:
		return true, fmt.Errorf("there is no part %q", name)
	}
}
