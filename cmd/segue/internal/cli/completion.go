package cli

import (
	"fmt"
	"io"

	"segue/cmd/segue/internal/complete"
)

type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"Shell: ${enum}."`
}

// Help is shown with --help.
func (completionCmd) Help() string {
	return `To use it at once and from now on:

  bash   segue completion bash > ~/.local/share/bash-completion/completions/segue
  zsh    segue completion zsh > "${fpath[1]}/_segue"
  fish   segue completion fish > ~/.config/fish/completions/segue.fish`
}

// Run works the command.
func (c *completionCmd) Run(inv *invocation) error {
	_, err := io.WriteString(inv.Terminal.Out, complete.Script(c.Shell))
	return err
}

type completeCmd struct {
	Words []string `arg:"" optional:""`
}

// Run works the command: the words so far, the last one unfinished; "--describe" first adds what each is for.
func (c *completeCmd) Run(inv *invocation) error {
	words := c.Words
	describe := len(words) > 0 && words[0] == "--describe"
	if describe {
		words = words[1:]
	}
	if len(words) > 0 && words[0] == "--" {
		words = words[1:]
	}
	for _, s := range complete.Next(inv.model, words) {
		line := s.Word
		if describe && s.Help != "" {
			line += "\t" + s.Help
		}
		if _, err := fmt.Fprintln(inv.Terminal.Out, line); err != nil {
			return err
		}
	}
	return nil
}
