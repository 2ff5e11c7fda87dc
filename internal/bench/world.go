package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"syncd/internal/bench/domain"
	"syncd/internal/bench/online"
	"syncd/internal/bench/process"
	"syncd/internal/bench/replay"
	"syncd/internal/directory"
)

// world is an Active Directory of one scale with an online directory for it.
type world struct {
	run      *run
	scale    int
	dir      string
	domain   *domain.Domain
	pristine *online.Directory // which nothing was pushed to
	main     *installation     // where the first pass went with Bulk
	pass     *firstPass
}

// newWorld builds a company of about so many objects: for each person a tenth of a team and a fiftieth of a contact come with it.
func (r *run) newWorld(ctx context.Context, scale int) (_ *world, err error) {
	w := &world{run: r, scale: scale, dir: filepath.Join(r.dir, fmt.Sprintf("%d", scale))}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	if err := os.Mkdir(w.dir, 0o700); err != nil {
		return nil, err
	}
	options := domain.Options{Dir: w.dir, Users: scale * 100 / 112}
	if scale == r.Scale {
		options.Groups = groupSizes(options.Users)
	}
	r.say("making a company of %d people", options.Users)
	role, err := r.role(roleDomain, options)
	if err != nil {
		return nil, err
	}
	if w.domain, err = domain.Start(ctx, role); err != nil {
		return nil, err
	}
	r.say("its Active Directory has %d people, contacts and groups", w.domain.Objects)
	w.pristine, err = online.New(ctx, r.syncd, filepath.Join(w.dir, "pristine"))
	return w, err
}

// groupSizes are those of the groups to compare, as far as there are people for them; few people have a small and a large one.
func groupSizes(people int) []int {
	var list []int
	for _, size := range []int{1_000, 10_000, 100_000} {
		if size <= people*3/4 {
			list = append(list, size)
		}
	}
	if len(list) < 2 {
		return []int{people / 20, people / 2}
	}
	return list
}

func (w *world) close() error {
	var err error
	if w.main != nil {
		err = w.main.close()
	}
	if w.domain != nil {
		err = errors.Join(err, w.domain.Stop())
	}
	return err
}

// installation is syncd with a state of its own and an online directory of its own.
type installation struct {
	world    *world
	dir      string
	config   string // syncd's configuration file
	copy     *online.Directory
	server   *online.Server
	recorder *replay.Recorder
}

// install makes a fresh one. flags are those of `syncd directory serve`.
func (w *world) install(ctx context.Context, name string, flags ...string) (_ *installation, err error) {
	i := &installation{world: w, dir: filepath.Join(w.dir, name)}
	defer func() {
		if err != nil {
			err = errors.Join(err, i.close())
		}
	}()
	if err := os.MkdirAll(i.state(), 0o700); err != nil {
		return nil, err
	}
	if i.copy, err = w.pristine.Copy(filepath.Join(i.dir, "online")); err != nil {
		return nil, err
	}
	if i.server, err = i.copy.Serve(ctx, flags...); err != nil {
		return nil, err
	}
	if i.recorder, err = replay.Listen(); err != nil {
		return nil, err
	}
	i.recorder.Forward(i.server.Address)
	i.config, err = i.configure()
	return i, err
}

func (i *installation) state() string { return filepath.Join(i.dir, "state") }

func (i *installation) configure() (string, error) {
	token, err := i.copy.TokenFile(i.dir)
	if err != nil {
		return "", err
	}
	ad := i.world.domain.Info
	file := filepath.Join(i.dir, "syncd.yaml")
	return file, os.WriteFile(file, fmt.Appendf(nil, `source:
  servers: [%s]
  bind:
    user: %s
    password_file: %s
  tls:
    ca_file: %s
target:
  url: http://%s/scim/v2
  token_file: %s
state:
  dir: %s
control:
  listen: unix://%s
metrics:
  listen: 127.0.0.1:0
`, ad.URL, ad.User, ad.Password, ad.CAFile, i.recorder.Address(), token, i.state(), filepath.Join(i.dir, "control.sock")), 0o600)
}

// close ends the online directory and deletes the files.
func (i *installation) close() error {
	var err error
	if i.recorder != nil {
		err = i.recorder.Close()
	}
	if i.server != nil {
		err = errors.Join(err, i.server.Stop())
	}
	return errors.Join(err, os.RemoveAll(i.dir))
}

// sync makes one pass with `syncd --now` and says what it cost and did.
func (i *installation) sync(ctx context.Context, flags ...string) (process.Use, directory.Pass, error) {
	var out bytes.Buffer
	args := append([]string{"--now", "--json", "--config", i.config}, flags...)
	use, err := process.Run(ctx, process.Spec{Path: i.world.run.syncd, Args: args, Out: &out})
	if err != nil {
		return use, directory.Pass{}, err
	}
	var pass directory.Pass
	if err := json.Unmarshal(out.Bytes(), &pass); err != nil {
		return use, pass, fmt.Errorf("syncd --now --json says %q: %w", out.String(), err)
	}
	return use, pass, nil
}
