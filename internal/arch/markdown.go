package arch

import (
	"regexp"
	"strings"
)

// table returns the rows of every table of a Markdown text whose header begins with the columns named, header and rule left
// out. Rows have at least as many cells as were named.
func table(text string, columns ...string) [][]string {
	var rows [][]string
	inside := false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") {
			inside = false
			continue
		}
		row := cells(line)
		switch {
		case !inside:
			inside = startsWith(row, columns)
		case strings.Trim(line, "|-: ") == "" || len(row) < len(columns):
		default:
			rows = append(rows, row)
		}
	}
	return rows
}

func startsWith(row, columns []string) bool {
	if len(row) < len(columns) {
		return false
	}
	for i, c := range columns {
		if plain(row[i]) != c {
			return false
		}
	}
	return true
}

// cells splits a line of a table; a bar within back-quotes does not count when it is escaped.
func cells(line string) []string {
	line = strings.ReplaceAll(strings.Trim(line, "|"), `\|`, "\x00")
	parts := strings.Split(line, "|")
	for i, p := range parts {
		parts[i] = strings.TrimSpace(strings.ReplaceAll(p, "\x00", "|"))
	}
	return parts
}

// plain takes the marks of emphasis off a text.
func plain(s string) string { return strings.Trim(strings.TrimSpace(s), "*`_ ") }

// quoted returns what stands in back-quotes.
func quoted(s string) []string {
	var list []string
	for i, part := range strings.Split(s, "`") {
		if i%2 == 1 {
			list = append(list, part)
		}
	}
	return list
}

var (
	linkTarget = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	fence      = regexp.MustCompile("(?ms)^```.*?^```")
)

// links returns the targets of a text's links into the tree: no addresses of the web, no anchors.
func links(text string) []string {
	var list []string
	for _, m := range linkTarget.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		target, _, _ := strings.Cut(m[1], "#")
		if target != "" && !strings.Contains(target, ":") {
			list = append(list, target)
		}
	}
	return list
}
