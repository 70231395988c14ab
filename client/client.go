package client

import (
	"context"
	"net"
	"net/http"
	"time"
)

// UserAgent is what requests call themselves.
const UserAgent = "segue-client/1"

// New makes a client of the server at an address such as http://127.0.0.1:8380, with a token of it. It makes no request.
// Requests have no time limit of their own, since taking over a large file takes its time: give contexts one.
func New(baseURL, token string, more ...ClientOption) (*Client, error) {
	transport := &http.Transport{
		DialContext:         (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
		TLSHandshakeTimeout: 10 * time.Second,
		IdleConnTimeout:     30 * time.Second,
	}
	options := []ClientOption{
		WithHTTPClient(&http.Client{
			Transport: transport,
			// A token is for the server it was given for; nothing of the API redirects.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}),
		WithRequestEditorFn(func(_ context.Context, r *http.Request) error {
			r.Header.Set("User-Agent", UserAgent)
			if token != "" {
				r.Header.Set("Authorization", "Bearer "+token)
			}
			return nil
		}),
	}
	return NewClient(baseURL, append(options, more...)...)
}
