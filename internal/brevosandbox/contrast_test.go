package brevosandbox

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every colour of text stands out from what is behind it by at least 4.5, the
// accent's own text included, in both themes.
func TestTextOfThePageIsLegibleInBothThemes(t *testing.T) {
	t.Parallel()
	css, err := pageFiles.ReadFile("page/style.css")
	require.NoError(t, err)
	light, rest, ok := strings.Cut(string(css), "@media (prefers-color-scheme: dark)")
	require.True(t, ok)
	for theme, text := range map[string]string{"light": light, "dark": rest} {
		colours := map[string]string{}
		for _, m := range regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6})`).FindAllStringSubmatch(text, -1) {
			colours[m[1]] = m[2]
		}
		require.Len(t, colours, 11, theme)
		for _, ink := range []string{"ink", "muted", "accent", "good", "warn", "bad", "info"} {
			for _, paper := range []string{"page", "surface"} {
				require.GreaterOrEqual(t, contrast(colours[ink], colours[paper]), 4.5, "%s: %s on %s", theme, ink, paper)
			}
		}
		require.GreaterOrEqual(t, contrast(colours["on-accent"], colours["accent"]), 4.5, theme)
	}
}

func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(hex string) float64 {
	out := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, _ := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		out += weight * c
	}
	return out
}
