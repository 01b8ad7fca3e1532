package web

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// healthz says that the process is there.
func healthz(c echo.Context) error { return c.String(http.StatusOK, "ok\n") }

// readyz says whether the process can do its work: the database answers, and it is not stopping.
func readyz(ready func(context.Context) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx, cancel := context.WithTimeout(c.Request().Context(), 2*time.Second)
		defer cancel()
		if ready != nil {
			if err := ready(ctx); err != nil {
				return c.String(http.StatusServiceUnavailable, "not ready: "+sentence(err)+"\n")
			}
		}
		return c.String(http.StatusOK, "ready\n")
	}
}
