package web

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"

	"github.com/labstack/echo/v4"

	"fiel/db"
)

// statusOf is the one table from our codes to HTTP's.
func statusOf(code db.Code) int {
	switch code {
	case db.Invalid:
		return http.StatusUnprocessableEntity
	case db.Missing:
		return http.StatusNotFound
	case db.Conflict:
		return http.StatusConflict
	case db.Refused, db.Denied:
		return http.StatusForbidden
	case db.Busy:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}

// sentence is what may be shown of an error: ours as they are, anything else as one that tells nothing.
func sentence(err error) string {
	var known *db.Error
	if errors.As(err, &known) && known.Code != db.Internal {
		return known.Text
	}
	return "something went wrong here; it is in the log"
}

// failure answers for handlers that returned an error.
func failure(log *slog.Logger) echo.HTTPErrorHandler {
	return func(err error, c echo.Context) {
		if c.Response().Committed {
			return
		}
		var httpErr *echo.HTTPError
		if errors.As(err, &httpErr) {
			_ = c.String(httpErr.Code, http.StatusText(httpErr.Code)+"\n")
			return
		}
		code := db.CodeOf(err)
		if code == db.Busy {
			c.Response().Header().Set("Retry-After", "2")
		}
		if code == db.Internal {
			log.Error("request failed", "path", c.Path(), "error", err)
		}
		_ = c.String(statusOf(code), sentence(err)+"\n")
	}
}

// harmless is what a log may hold of a panic: the runtime's own words, which name indexes and types; of any other value the type
// alone, since the value may hold a number or a text. The stack says where it was.
func harmless(panicked any) string {
	var runtime runtime.Error
	if err, ok := panicked.(error); ok && errors.As(err, &runtime) {
		return runtime.Error()
	}
	return fmt.Sprintf("%T", panicked)
}

// recovered turns a panic into a 500 and a log line, and lets the next request pass.
func recovered(log *slog.Logger) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) (err error) {
			defer func() {
				r := recover()
				if r == nil {
					return
				}
				if aborted, ok := r.(error); ok && errors.Is(aborted, http.ErrAbortHandler) {
					panic(r)
				}
				log.Error("a handler panicked", "path", c.Path(), "panic", harmless(r), "stack", string(debug.Stack()))
				err = echo.ErrInternalServerError
			}()
			return next(c)
		}
	}
}
