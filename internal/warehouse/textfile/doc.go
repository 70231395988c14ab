// Package textfile reads files of text the way people write them: CSV and NDJSON, plain or packed with gzip. It finds out
// delimiter, quote and types, decodes, and puts rows aside that cannot be read. It knows no database, no profile and no
// clock.
//
// Files are read twice. Look goes through every value and decides what each column is; Each then gives typed rows. Types
// are decided for a whole column over all files, never row by row. If a file changed between the two, Each says so. Where Plain
// says that any reader of CSV reads the same, a faster one may take the place of Each, and Unchanged says whether it was still the file.
package textfile
