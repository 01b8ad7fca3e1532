package main

import (
	"net/url"
	"os/user"
)

// cliActor names who types, for the audit.
func cliActor() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return "cli:" + u.Username
	}
	return "cli"
}

// safeURL is a database setting without its password.
func safeURL(database string) string {
	u, err := url.Parse(database)
	if err != nil || u.User == nil {
		return database
	}
	return u.Redacted()
}
