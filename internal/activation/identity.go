package activation

import "time"

// Identity is who somebody is at a single sign-on provider, as a checked ID token tells it.
type Identity struct {
	// Issuer and Subject together are who it is. An address never is.
	Issuer, Subject string
	// Name is what to call the person, Email the address as it was told; either may be empty.
	Name, Email string
	// Unverified says that the provider calls the address unverified.
	Unverified bool
	// Groups are those that the person is in.
	Groups []string
	// AuthTime is when the person last typed a password, or whatever the provider asks for; zero if it does not tell.
	AuthTime time.Time
}

// SignOnRequest is what a browser takes along to a single sign-on provider.
type SignOnRequest struct {
	// Redirect is where the provider sends the browser back to.
	Redirect string
	// State, Nonce and Verifier are secrets of this one request; of the verifier (PKCE) only a hash travels.
	State, Nonce, Verifier string
	// Fresh asks the provider to let the person sign in anew, whatever it remembers.
	Fresh bool
}
