package app

import (
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"

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

// demoMay says what each of them may do.
var demoMay = map[activation.Role]string{
	activation.RoleAdministrator: "may do everything, also add people and connections",
	activation.RoleContributor:   "makes segments and exports; start here",
	activation.RoleViewer:        "looks at segments, exports and runs, changes nothing",
}

// people adds somebody of each role. It comes first: until there is somebody every page asks to set the server up, and whoever opens
// it while the rest is shown would make an administrator of a demo.
func (d *demo) people(ctx context.Context, _ Running) error {
	d.say("Everything below is made up and stays on this machine. $ marks commands you can type yourself, after")
	d.say("  export SEGUE_DATA=%s PATH=%s:$PATH", filepath.Join(d.dir, "segue"), filepath.Dir(d.Program))
	d.heading("People: who may do what")
	for _, p := range demoPeople() {
		password := rand.Text()
		file := filepath.Join(d.dir, "password-"+string(p.Role))
		if err := os.WriteFile(file, []byte(password+"\n"), 0o600); err != nil {
			return folderError(d.dir, err)
		}
		if err := d.command(ctx, "person", "add", p.Name, "--email", p.Email.String(), "--role", string(p.Role), "--password-file", filepath.Join(d.shown, filepath.Base(file))); err != nil {
			return err
		}
		d.passwords = append(d.passwords, "  "+p.Email.String()+"  "+password+"  "+demoMay[p.Role])
	}
	return nil
}

// signIn tells, once everything is there to be seen, where and how to look at it.
func (d *demo) signIn(r Running) {
	if d.Exit {
		d.say("\nThe demo ends here. To look at it: segue serve --data %s --listen %s", filepath.Join(d.shown, "segue"), strings.TrimPrefix(r.URL, "http://"))
		d.say("Then people sign in at %s with these passwords, made for this demo:", r.URL)
	} else {
		d.say("\nPeople sign in at %s with these passwords, made for this demo:", r.URL)
	}
	for _, l := range d.passwords {
		d.say("%s", l)
	}
	d.say("Another demo begins anew and empties %s.", d.shown)
}
