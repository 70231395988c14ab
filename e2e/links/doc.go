// Package links takes connections away from the real binary while it exports, kills it (kill -9), and holds that the key is
// gone, that what was in flight is settled, and that detached exports go on where they were. It has no code besides its tests.
package links
