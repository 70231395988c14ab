package activation

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestS1ABaseURLIsWrittenInOneWay(t *testing.T) {
	t.Parallel()
	for _, same := range []string{
		"https://api.example.com/v3", "https://API.Example.com/v3", "HTTPS://api.example.com/v3/", "https://api.example.com:443/v3", " https://api.example.com/v3// ",
	} {
		require.Equal(t, "https://api.example.com/v3", NormaliseBaseURL(same), same)
	}
	for _, other := range []string{"https://api.example.com/V3", "https://api.example.com:8443/v3", "http://127.0.0.1:4010/v3", "http://[::1]:443", "not a url", ""} {
		require.Equal(t, other, NormaliseBaseURL(other))
	}
}
