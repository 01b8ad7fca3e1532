// Package web is what a browser, a till and a provider reach over HTTP: it mounts the doors of the other packages, answers
// health checks and draws pages. It alone knows echo.
package web

import (
	"context"
	"io/fs"
	"log/slog"
	"net"
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
)

// Doors is everything that is served.
type Doors struct {
	Text     http.Handler // texts in, signed by Twilio
	Status   http.Handler // status callbacks, signed by Twilio
	Standard http.Handler // tills that sign by Standard Webhooks; finds its till in the path value "till"
	Ready    func(context.Context) error
	MyData   MyData // what is kept of a member, for who has the link; nil: no such page
	Links    Links  // short links of the shops; nil: none
	Demo     *Demo  // nil but under `fiel demo`
	Metrics  *Metrics
	Log      *slog.Logger
	Proxies  []*net.IPNet // whose X-Forwarded-For counts
}

// Routes is the site map.
func Routes(d Doors) http.Handler {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = extractor(d.Proxies)
	e.HTTPErrorHandler = failure(d.Log)
	e.Use(recovered(d.Log), headers)
	if d.Metrics != nil {
		e.Use(d.Metrics.middleware())
	}

	e.POST("/webhooks/twilio/sms", mount(d.Text))
	e.POST("/webhooks/twilio/status", mount(d.Status))
	e.POST("/webhooks/standard/:till", mount(d.Standard))

	e.GET("/healthz", healthz)
	e.GET("/readyz", readyz(d.Ready))

	e.GET("/assets/*", assets())
	if d.MyData != nil {
		d.MyData.routes(e)
	}
	if d.Links != nil {
		d.Links.routes(e)
	}
	if d.Demo != nil {
		d.Demo.routes(e)
	}
	return e
}

// assets serves what pages link to.
func assets() echo.HandlerFunc {
	dir, err := fs.Sub(files, "assets")
	if err != nil {
		panic(err) // embedded: cannot be missing
	}
	return echo.WrapHandler(http.StripPrefix("/assets/", http.FileServerFS(dir)))
}

// mount hands a request on with the body unread and the path parameter where net/http keeps it.
func mount(h http.Handler) echo.HandlerFunc {
	return func(c echo.Context) error {
		if h == nil {
			return echo.ErrNotFound
		}
		r := c.Request()
		for _, name := range c.ParamNames() {
			r.SetPathValue(name, c.Param(name))
		}
		h.ServeHTTP(c.Response(), r)
		return nil
	}
}

// extractor takes the address of the peer, and X-Forwarded-For only when the peer is a proxy we were told of.
func extractor(proxies []*net.IPNet) echo.IPExtractor {
	if len(proxies) == 0 {
		return echo.ExtractIPDirect()
	}
	trust := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range proxies {
		trust = append(trust, echo.TrustIPRange(p))
	}
	return echo.ExtractIPFromXFFHeader(trust...)
}

func headers(next echo.HandlerFunc) echo.HandlerFunc {
	secure := middleware.SecureWithConfig(middleware.SecureConfig{
		ContentTypeNosniff:    "nosniff",
		XFrameOptions:         "DENY",
		ReferrerPolicy:        "same-origin",
		ContentSecurityPolicy: "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
	})
	return secure(next)
}
