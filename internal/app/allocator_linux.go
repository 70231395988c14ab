package app

/*
#include <stdlib.h>

// DuckDB for Linux brings jemalloc, which keeps freed pages for ten seconds, those of areas of up to 256 MiB among them: where texts are long,
// more than is in use. Areas of more than 4 MiB go back at once here. Smaller ones, such as DuckDB's blocks and what it reads of a file at a
// time, are kept as before: giving those back costs a tenth of the time. Whoever sets the variable decides instead.
//
// It is read while the program is loaded, in a constructor without priority; 101 is the first priority that programs may have. Programs that this
// one starts do not get it: Go hands on the environment that it was given.
// Sources: https://duckdb.org/docs/current/internals/jemalloc, https://jemalloc.net/jemalloc.3.html (opt.oversize_threshold)
__attribute__((constructor(101))) static void bound_allocator(void) {
	setenv("DUCKDB_JE_MALLOC_CONF", "oversize_threshold:4194304", 0);
}
*/
import "C"
