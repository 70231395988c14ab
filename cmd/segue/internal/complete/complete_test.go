package complete

import (
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// grammar is a small command line with everything that completion looks at.
type grammar struct {
	Loud  bool   `short:"l" help:"Say more."`
	Mode  string `short:"m" enum:"fast,slow" default:"fast" help:"How."`
	Plain string `help:"Anything."`
	Thing struct {
		Paint struct {
			Name  string `arg:"" help:"Which."`
			Color string `arg:"" enum:"red,green" help:"How."`
			Times int    `help:"How often."`
		} `cmd:"" help:"Paint a thing."`
		Drop struct{} `cmd:"" help:"Drop a thing."`
		Hide struct{} `cmd:"" hidden:""`
	} `cmd:"" help:"Things."`
	Secret struct{} `cmd:"" hidden:"" name:"__secret"`
}

func model(t interface{ Fatal(...any) }) *kong.Application {
	k, err := kong.New(&grammar{}, kong.Name("demo"))
	if err != nil {
		t.Fatal(err)
	}
	return k.Model
}

func words(t *testing.T, line string) []string {
	t.Helper()
	var out []string
	for _, s := range Next(model(t), strings.Split(line, " ")) {
		out = append(out, s.Word)
	}
	return out
}

func TestNextWords(t *testing.T) {
	t.Parallel()
	for line, want := range map[string][]string{
		"":                             {"thing"},
		"t":                            {"thing"},
		"x":                            nil,
		"thing ":                       {"paint", "drop"},
		"thing p":                      {"paint"},
		"thing paint ":                 nil,
		"thing paint chair ":           {"red", "green"},
		"thing paint chair g":          {"green"},
		"thing paint chair red ":       nil,
		"thing paint --":               {"--help", "--loud", "--mode", "--plain", "--times"},
		"thing paint --ti":             {"--times"},
		"--mode ":                      {"fast", "slow"},
		"-m s":                         {"slow"},
		"--mode=":                      {"--mode=fast", "--mode=slow"},
		"--mode=s":                     {"--mode=slow"},
		"--none=":                      nil,
		"--plain ":                     nil,
		"--plain thing th":             {"thing"},
		"--loud th":                    {"thing"},
		"-l thing paint --times 3 ":    nil,
		"thing paint --times 3 chair ": {"red", "green"},
		"thing paint -- chair ":        {"red", "green"},
		"thing paint -- --":            nil,
		"thing paint -- --ti":          nil,
	} {
		require.Equal(t, want, words(t, line), "%q", line)
	}
}

func TestNoWordsAreTheBeginning(t *testing.T) {
	t.Parallel()
	require.Equal(t, []Suggestion{{"thing", "Things."}}, Next(model(t), nil))
}

func TestSuggestionsBeginWithWhatWasTyped(t *testing.T) {
	t.Parallel()
	m := model(t)
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"thing", "paint", "--", "-m", "--mode", "--mode=", "-", "--times", "__", "g"}))
		line := rapid.SliceOfN(word, 1, 6).Draw(t, "words")
		for _, s := range Next(m, line) {
			if !strings.HasPrefix(s.Word, line[len(line)-1]) {
				t.Fatalf("%q suggests %q", line, s.Word)
			}
			if strings.Contains(s.Word, "__secret") || s.Word == "hide" {
				t.Fatalf("%q suggests what is hidden", line)
			}
		}
	})
}

func TestScripts(t *testing.T) {
	t.Parallel()
	require.Contains(t, Script("bash"), "complete -o default -F _segue segue")
	require.True(t, strings.HasPrefix(Script("zsh"), "#compdef segue\n"), "zsh reads the first line")
	require.Contains(t, Script("fish"), "complete -c segue")
}
