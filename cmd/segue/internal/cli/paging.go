package cli

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"segue/client"
)

// pageSize is how many items are asked for at a time when at most limit (0: all) are wanted.
func pageSize(limit int) *int64 {
	n := int64(500)
	if limit > 0 {
		n = min(n, int64(limit))
	}
	return &n
}

// collect reads a listing page by page, at most limit items (0: all).
func collect[T any](limit int, read func(after *string) ([]T, string, error)) ([]T, error) {
	var all []T
	for i, err := range client.Items(read) {
		if err != nil {
			return nil, err
		}
		all = append(all, i)
		if limit > 0 && len(all) == limit {
			break
		}
	}
	return all, nil
}

var shellSafe = regexp.MustCompile(`^[\p{L}\p{N}_.@%+=:,/-]+$`)

// shellWord writes a word so that a shell takes it as it is, for commands that people may copy.
func shellWord(s string) string {
	if shellSafe.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// sortedKeys returns the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
