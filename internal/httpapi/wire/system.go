package wire

// Health says that the server answers.
type Health struct {
	Status string `json:"status" enum:"ok"`
}

// Version is the version of the program.
type Version struct {
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"`
	Go      string `json:"go" doc:"The version of Go it was built with"`
}

// Settings says how the server was set up, as far as people need to know.
type Settings struct {
	SourceDirs       []string          `json:"source_dirs" nullable:"false" doc:"The folders that file sources may lie in, besides uploads"`
	ConsentStatement ConsentStatement  `json:"consent_statement"`
	DestinationURLs  map[string]string `json:"destination_urls" doc:"The base URL of each type of destination where a connection names none"`
}

// ConsentStatement is what a person agrees to before a connection is made.
type ConsentStatement struct {
	Version string `json:"version"`
	Text    string `json:"text"`
}
