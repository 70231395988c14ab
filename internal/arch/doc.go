// Package arch holds the tree to what ARCHITECTURE.md, CONTRIBUTING.md and docs/semantics.md say of it: which package may
// import which, which library lives where, what shape code has, and that documents name things that exist. It reads source
// files and documents only; it imports no package of Segue and nothing imports it.
//
// Its tests run the checks on the real tree and, so that each is known to be able to fail, on small made-up ones.
package arch
