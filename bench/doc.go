// Package bench measures Segue as a program: the real binary against the sandbox in a process of its own, beside a floor
// that is measured in the same run, and a night of imports at Brevo's real limits in simulated time. It has no code
// besides its benchmarks; bench/README.md says how to read them and what they said last.
package bench
