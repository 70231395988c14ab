// Command provider is a single sign-on provider to sign in at: the one of github.com/zitadel/oidc with its example's
// people and login page. A file that is read anew each time says what groups somebody is in, and how the provider
// misbehaves about when somebody signed in.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"log"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// claims is what the file says of somebody, by subject.
type claims struct {
	Groups   []string `json:"groups"`
	AuthTime string   `json:"auth_time"` // none, old or nothing
}

type people struct {
	*storage.Storage
	file string
}

func (p people) of(subject string) (c claims) {
	all := map[string]claims{}
	b, err := os.ReadFile(p.file)
	if err == nil {
		err = json.Unmarshal(b, &all)
	}
	if err != nil {
		log.Fatal(err)
	}
	return all[subject]
}

func (p people) SetUserinfoFromToken(ctx context.Context, info *oidc.UserInfo, tokenID, subject, origin string) error {
	err := p.Storage.SetUserinfoFromToken(ctx, info, tokenID, subject, origin)
	info.AppendClaims("groups", p.of(subject).Groups)
	return err
}

func (p people) AuthRequestByCode(ctx context.Context, code string) (op.AuthRequest, error) {
	r, err := p.Storage.AuthRequestByCode(ctx, code)
	if err != nil {
		return nil, err
	}
	switch p.of(r.GetSubject()).AuthTime {
	case "none":
		return request{r, time.Time{}}, nil
	case "old":
		return request{r, time.Now().Add(-time.Hour)}, nil
	}
	return r, nil
}

// request is one whose person signed in at another time.
type request struct {
	op.AuthRequest
	at time.Time
}

func (r request) GetAuthTime() time.Time { return r.at }

func main() {
	listen := flag.String("listen", "", "")
	redirect := flag.String("redirect", "", "")
	users := flag.String("users", "", "")
	file := flag.String("claims", "", "")
	flag.Parse()
	storage.RegisterClients(storage.WebClient("segue", "made-up-client-secret", *redirect))
	store, err := storage.StoreFromFile(*users)
	if err != nil {
		log.Fatal(err)
	}
	quiet := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	log.Fatal(http.ListenAndServe(*listen, exampleop.SetupServer("http://"+*listen, people{storage.NewStorage(store), *file}, quiet, false)))
}
