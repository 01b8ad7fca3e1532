//go:build pgx

package dbtest

const built = true
