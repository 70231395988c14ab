package activation

// Row is a person to import: the address and a JSON object of attribute names and typed values, empties absent (S16).
type Row struct {
	Address    Email
	Attributes []byte
}

// ProcessID names an asynchronous process at a destination; ids grow.
type ProcessID int64

// AttributeSpec is an attribute as it is written: its name, type and, for categories and multiple choices, the values
// it can hold.
type AttributeSpec struct {
	Name    string
	Type    AttributeType
	Options []string
}

// CallLimits says how rows must be cut into calls.
type CallLimits struct {
	// MaxBody is the most bytes an import's rows may take, encoded, everything else in the body already taken off.
	MaxBody int64
	// RowOverhead is how many bytes a row takes besides its address as a JSON string and its attributes as JSON.
	RowOverhead int64
	// MaxRows is the most rows of one import; MaxRemovals the most addresses of one removal.
	MaxRows, MaxRemovals int
}
