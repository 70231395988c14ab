// Package ui holds the tests of the web application in a real browser: the real program with the demo's data and its
// sandbox, Chromium, and Playwright. The tests themselves are the .spec.ts files beside it.
package ui
