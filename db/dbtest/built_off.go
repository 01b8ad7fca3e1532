//go:build !pgx

package dbtest

const built = false
