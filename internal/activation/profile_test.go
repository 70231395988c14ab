package activation

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRegionsOfPhonesAreOnesThatHavePhones(t *testing.T) {
	t.Parallel()
	d := ProfileDefinition{Source: "s", Key: "id", Fields: []Field{{Name: "phone", Column: "phone", Type: TypeText, Semantic: SemanticPhone}}}
	for region, ok := range map[string]bool{"": true, "HR": true, "GB": true, "UK": true, "XX": false, "hr": false, "HRV": false, "ZZ": false} {
		d.Region = region
		err := d.Validate()
		if ok {
			require.NoError(t, err, region)
			continue
		}
		require.Equal(t, CodeInvalid, CodeOf(err), region)
		require.ErrorContains(t, err, "region")
	}
}
