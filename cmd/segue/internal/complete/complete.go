// Package complete owns what can come next on a command line, and the scripts by which shells ask for it. It reads the
// grammar of the commands and knows no server: names of things that are stored are not completed.
package complete

import (
	_ "embed" // for the scripts
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

//go:embed bash.sh
var bash string

//go:embed zsh.sh
var zsh string

//go:embed fish.fish
var fish string

// Script is the script for a shell: bash, zsh or fish.
func Script(shell string) string {
	switch shell {
	case "bash":
		return bash
	case "zsh":
		return zsh
	}
	return fish
}

// Suggestion is a word that can come next, and what it is for.
type Suggestion struct{ Word, Help string }

// Next returns what the last of the words can become. No suggestion means that the shell may offer files.
func Next(model *kong.Application, words []string) []Suggestion {
	prefix := ""
	if len(words) > 0 {
		prefix, words = words[len(words)-1], words[:len(words)-1]
	}
	at := position{node: model.Node}
	for _, w := range words {
		at.take(w)
	}
	var all []Suggestion
	switch {
	case at.value != nil:
		all = enumOf(at.value.Value)
	case strings.HasPrefix(prefix, "-") && !at.flagsEnd:
		if name, _, ok := strings.Cut(prefix, "="); ok {
			if f := at.flag(name); f != nil {
				for _, s := range enumOf(f.Value) {
					all = append(all, Suggestion{name + "=" + s.Word, s.Help})
				}
			}
			break
		}
		all = at.flags()
	default:
		all = at.commands()
	}
	return slices.DeleteFunc(all, func(s Suggestion) bool { return !strings.HasPrefix(s.Word, prefix) })
}

// position is where on the command line we are.
type position struct {
	node *kong.Node
	// value is the flag whose value comes next, nil if none does.
	value *kong.Flag
	// args is how many arguments were given to the command; flagsEnd says that "--" came.
	args     int
	flagsEnd bool
}

func (p *position) take(word string) {
	switch {
	case p.value != nil:
		p.value = nil
	case word == "--" && !p.flagsEnd:
		p.flagsEnd = true
	case strings.HasPrefix(word, "-") && !p.flagsEnd:
		if f := p.flag(word); f != nil && !f.IsBool() && !f.IsCounter() {
			p.value = f
		}
	default:
		for _, c := range p.node.Children {
			if c.Type == kong.CommandNode && c.Name == word {
				p.node = c
				return
			}
		}
		p.args++
	}
}

// flag finds a flag by how it is written, -o or --output.
func (p *position) flag(word string) *kong.Flag {
	for _, group := range p.node.AllFlags(false) {
		for _, f := range group {
			if "--"+f.Name == word || f.Short != 0 && "-"+string(f.Short) == word {
				return f
			}
		}
	}
	return nil
}

func (p *position) flags() []Suggestion {
	var all []Suggestion
	for _, group := range p.node.AllFlags(true) {
		for _, f := range group {
			all = append(all, Suggestion{"--" + f.Name, f.Help})
		}
	}
	slices.SortStableFunc(all, func(a, b Suggestion) int { return strings.Compare(a.Word, b.Word) })
	return all
}

// commands are the commands below, or what the next argument can be.
func (p *position) commands() []Suggestion {
	var all []Suggestion
	for _, c := range p.node.Children {
		if c.Type == kong.CommandNode && !c.Hidden {
			all = append(all, Suggestion{c.Name, c.Help})
		}
	}
	if len(all) == 0 && p.args < len(p.node.Positional) {
		return enumOf(p.node.Positional[p.args])
	}
	return all
}

func enumOf(v *kong.Value) []Suggestion {
	var all []Suggestion
	if v.Enum == "" {
		return nil
	}
	for _, e := range v.EnumSlice() {
		if e != "" {
			all = append(all, Suggestion{Word: e})
		}
	}
	return all
}
