// Package csvfile reads CSV files the way people write them: it finds out delimiter, quote and types, decodes, and puts
// rows aside that cannot be read. It knows no database, no profile and no clock.
//
// A file is read twice. Survey looks at every value and decides what each column is; Each then gives typed rows. Types
// are decided for a whole column, never row by row. If the file changed between the two, Each says so.
package csvfile
