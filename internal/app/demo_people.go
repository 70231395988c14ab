package app

import (
	"context"
	"crypto/rand"
	"os"
	"path/filepath"

	"segue/internal/activation"
)

// demoPeople are the ready-made people, one of each role.
func demoPeople() []activation.Person {
	return []activation.Person{
		{Name: "Ana", Email: "administrator@example.com", Role: activation.RoleAdministrator},
		{Name: "Cvita", Email: "contributor@example.com", Role: activation.RoleContributor},
		{Name: "Vito", Email: "viewer@example.com", Role: activation.RoleViewer},
	}
}

// people adds somebody of each role, and shares the connection with contributors.
func (d *demo) people(ctx context.Context, r Running) error {
	d.heading("People: who may do what")
	var lines []string
	for _, p := range demoPeople() {
		password := rand.Text()
		file := filepath.Join(d.dir, "password-"+string(p.Role))
		if err := os.WriteFile(file, []byte(password+"\n"), 0o600); err != nil {
			return folderError(d.dir, err)
		}
		if err := d.command(ctx, "person", "add", p.Name, "--email", p.Email.String(), "--role", string(p.Role), "--password-file", filepath.Join(d.shown, filepath.Base(file))); err != nil {
			return err
		}
		lines = append(lines, "  "+p.Email.String()+"  "+password)
	}
	if err := d.command(ctx, "connection", "share", demoBrevo); err != nil {
		return err
	}
	d.say("\nThey sign in at %s with these passwords, made for this demo:", r.URL)
	for _, l := range lines {
		d.say("%s", l)
	}
	return nil
}
