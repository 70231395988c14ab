// Package crash kills the real binary (kill -9) at every fail-point of a run and at random moments, with the sandbox's
// faults on, starts it again, and holds that the run finishes by itself, that the list is exactly as the segment says,
// and that nobody was lost, doubled, merged or re-subscribed. It has no code besides its tests.
package crash
