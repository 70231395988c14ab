// Package app puts Segue together: it is the only package that imports adapters, reads the clock and makes ids. It
// holds no logic of the product.
package app
