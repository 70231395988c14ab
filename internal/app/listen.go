package app

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"

	"segue/internal/activation"
)

// listen listens where the configuration says. Beyond this machine it does so only once there is an administrator, and
// only where nobody can listen in: with TLS files, or behind a trusted proxy.
func (a *App) listen(ctx context.Context) (l net.Listener, url string, err error) {
	certificate, err := a.certificate()
	if err != nil {
		return nil, "", err
	}
	if l = a.cfg.Listener; l == nil {
		if l, err = a.listenOn(ctx, certificate != nil); err != nil {
			return nil, "", err
		}
	}
	url = "http://" + l.Addr().String()
	if certificate != nil {
		url = "https://" + l.Addr().String()
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{*certificate}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}})
	}
	return l, url, nil
}

// certificate loads the TLS files; nil without.
func (a *App) certificate() (*tls.Certificate, error) {
	if a.cfg.TLSCert == "" && a.cfg.TLSKey == "" {
		return nil, nil
	}
	c, err := tls.LoadX509KeyPair(a.cfg.TLSCert, a.cfg.TLSKey)
	if err != nil {
		return nil, (&activation.Error{Code: activation.CodeInvalid, Message: fmt.Sprintf("the TLS files cannot be used: %v", err), Err: err}).WithField("tls-cert").
			WithRemedy("Give a certificate and its key as PEM files, with --tls-cert and --tls-key")
	}
	return &c, nil
}

func (a *App) listenOn(ctx context.Context, encrypted bool) (net.Listener, error) {
	address := a.cfg.Listen
	if address == "" {
		address = defaultListen
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, activation.Errorf(activation.CodeInvalid, "%q is not an address such as %s", address, defaultListen).WithField("listen")
	}
	if activation.OnThisMachine(host) {
		return listenLoopback(address, defaultListen)
	}
	needed, err := a.people.Setup(ctx)
	switch {
	case err != nil:
		return nil, err
	case needed:
		return nil, activation.Errorf(activation.CodeNotReady, "there is no administrator yet: %s could be reached by strangers", address).WithField("listen").
			WithRemedy("Start the server on " + defaultListen + ", open the link it prints, make the first administrator, then listen on " + address)
	case !encrypted && len(a.cfg.TrustedProxies) == 0:
		return nil, activation.Errorf(activation.CodeInvalid, "passwords would travel unencrypted to %s", address).WithField("listen").
			WithRemedy("Give --tls-cert and --tls-key, or put a proxy that encrypts before it and name its network with --trusted-proxy")
	}
	return listenAt(address)
}

func listenAt(address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, (&activation.Error{Code: activation.CodeUnavailable, Message: fmt.Sprintf("cannot listen on %s: %v", address, err), Err: err}).
			WithRemedy("Stop what uses the port, or choose another with --listen")
	}
	return l, nil
}
