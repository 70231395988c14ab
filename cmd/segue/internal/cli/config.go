package cli

import (
	"fmt"
	"os"
)

type configCmd struct {
	Export configExport `cmd:"" help:"Write the server's configuration as a file that segue apply takes. It holds no secret."`
}

type configExport struct {
	To string `placeholder:"FILE" help:"File to write; it must not be there yet. Defaults to standard output."`
}

// Run works the command.
func (e *configExport) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	s, err := inv.readServer(c)
	if err != nil {
		return err
	}
	comments := []string{"yaml-language-server: $schema=config.schema.json", "Made by segue config export. Keys and passwords are in the environment, in the variables named here."}
	// A detached export cannot be made, and what is not seen cannot be told.
	kept := s.exports[:0:0]
	for _, x := range s.exports {
		if x.Detached != nil || x.Removing {
			comments = append(comments, fmt.Sprintf("Left out: the export %q, which has no connection.", x.Name))
			continue
		}
		kept = append(kept, x)
	}
	s.exports = kept
	if !s.administers() {
		comments = append(comments, "Left out: connections, and where databases are; an administrator can write them.")
		s.connections = nil
		files := s.sources[:0:0]
		for _, x := range s.sources {
			if x.Kind != "postgresql" && x.Kind != "mysql" {
				files = append(files, x)
			}
		}
		s.sources = files
	}
	f, err := s.file(asItIs)
	if err != nil {
		return err
	}
	f.Tidy(s.destination)
	text, err := f.Write(comments)
	if err != nil {
		return err
	}
	if inv.globals.Output == "json" {
		return writeJSON(inv.Terminal.Out, f)
	}
	if e.To == "" {
		_, err = inv.Terminal.Out.Write(text)
		return err
	}
	out, err := os.OpenFile(e.To, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return usagef("the file cannot be written: %v", err)
	}
	if _, err = out.Write(text); err == nil {
		err = out.Close()
	}
	if err != nil {
		return usagef("the file cannot be written: %v", err)
	}
	inv.say("Written to %s.", e.To)
	return nil
}
