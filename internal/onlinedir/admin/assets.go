package admin

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
)

// The style sheets and the script. tabler.min.css is that of @tabler/core, unchanged but for the name of its source map; its licence stands
// beside it.
//
//go:embed assets
var assetFiles embed.FS

// assets serves what pages load. An address has the digest of what it leads to, so that a browser keeps it for ever and never uses an
// old one.
type assets struct {
	files map[string]*asset
}

type asset struct {
	plain  []byte
	digest string
	packed func() ([]byte, error) // gzip, made when it is asked for first
}

func loadAssets() (assets, error) {
	a := assets{files: make(map[string]*asset)}
	entries, err := assetFiles.ReadDir("assets")
	if err != nil {
		return a, err
	}
	for _, e := range entries {
		plain, err := assetFiles.ReadFile("assets/" + e.Name())
		if err != nil {
			return a, err
		}
		sum := sha256.Sum256(plain)
		a.files[e.Name()] = &asset{plain, hex.EncodeToString(sum[:6]), sync.OnceValues(func() ([]byte, error) { return pack(plain) })}
	}
	return a, nil
}

func pack(plain []byte) ([]byte, error) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(plain); err != nil {
		return nil, err
	}
	err := z.Close()
	return packed.Bytes(), err
}

// address is where a file is.
func (a assets) address(name string) (string, error) {
	file, found := a.files[name]
	if !found {
		return "", fmt.Errorf("there is no asset %s", name)
	}
	return "/assets/" + file.digest + "/" + name, nil
}

// ServeHTTP answers GET /assets/{digest}/{name}.
func (a assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	file, found := a.files[name]
	if !found {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	h.Set("Vary", "Accept-Encoding")
	if r.PathValue("digest") == file.digest {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		if packed, err := file.packed(); err == nil {
			h.Set("Content-Encoding", "gzip")
			w.Write(packed)
			return
		}
	}
	w.Write(file.plain)
}
