package activation

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestConnectionsLeadToHTTPSOrToThisMachine(t *testing.T) {
	t.Parallel()
	for address, ok := range map[string]bool{
		"https://api.brevo.com/v3": true, "http://127.0.0.1:8381/v3": true, "http://localhost/v3": true, "http://[::1]:1/v3": true,
		"http://api.brevo.com/v3": false, "http://127.0.0.1.example.com/v3": false, "http://localhost.example.com/v3": false,
		"http://user@example.com/v3": false, "ftp://127.0.0.1/": false, "https://": false, "": false, "::": false,
	} {
		err := Connection{Name: "Brevo", Type: DestinationBrevo, BaseURL: address}.Validate()
		if ok {
			require.NoError(t, err, address)
			continue
		}
		require.Equal(t, CodeInvalid, CodeOf(err), address)
		require.ErrorContains(t, err, "base_url")
	}
}
