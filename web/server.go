package web

import (
	"log/slog"
	"net/http"
	"time"
)

// NewServer bounds how long a client may take and how much it may send before a handler looks at it. A provider waits 15 seconds
// at most, so nothing here waits longer than twice that.
func NewServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}
