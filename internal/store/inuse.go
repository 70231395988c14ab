package store

import (
	"fmt"
	"strings"

	"segue/internal/activation"
)

// InUse fails if somebody uses the thing, naming the users.
func InUse(what, users string, names []string) error {
	if len(names) == 0 {
		return nil
	}
	const most = 10
	list := `"` + strings.Join(names[:min(len(names), most)], `", "`) + `"`
	if more := len(names) - most; more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	return activation.Errorf(activation.CodeInUse, "the %s is used by %s %s", what, users, list)
}
