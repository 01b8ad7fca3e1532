package web

import (
	"context"
	"encoding/json"
	"html/template"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"fiel/pos"
)

// MyData finds what is kept of the member whose link a token is, with the language to show it in, and until when the link is good.
// Errors: db.Missing for a link that is over or was never one.
type MyData func(ctx context.Context, token string) (own pos.Own, until time.Time, err error)

// Looks from one address: so many a second, and so many at once. The people behind one address are not hindered; a program that tries
// links is, whatever links it tries.
const (
	looksASecond = 1
	looksAtOnce  = 40
)

// myDataPage is what the page shows.
type myDataPage struct {
	pos.Own
	Word  map[string]string
	Token string
	Until string
}

// routes mounts the page and the file to take along. Nobody logs in: who has the text has the link, for a day. It is not to be found
// by a search, kept by a browser, or told to another site.
func (m MyData) routes(e *echo.Echo) {
	page := template.Must(template.New("mydata.html").ParseFS(files, "pages/mydata.html"))
	words := myDataWords()
	limit := middleware.RateLimiterWithConfig(middleware.RateLimiterConfig{
		Store: middleware.NewRateLimiterMemoryStoreWithConfig(middleware.RateLimiterMemoryStoreConfig{
			Rate: looksASecond, Burst: looksAtOnce, ExpiresIn: time.Hour,
		}),
		IdentifierExtractor: func(c echo.Context) (string, error) { return c.RealIP(), nil },
	})
	e.GET("/mydata/:token", func(c echo.Context) error {
		own, until, err := m.look(c)
		if err != nil {
			return err
		}
		lang := own.Profile.Language
		if words[lang] == nil {
			lang = "es"
		}
		c.Response().Header().Set(echo.HeaderContentType, echo.MIMETextHTMLCharsetUTF8)
		return page.Execute(c.Response(), myDataPage{own, words[lang], c.Param("token"), until.Format("2006-01-02 15:04")})
	}, unkept, limit)
	e.GET("/mydata/:token/json", func(c echo.Context) error {
		own, _, err := m.look(c)
		if err != nil {
			return err
		}
		c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="mydata.json"`)
		return c.JSONPretty(http.StatusOK, own, "  ")
	}, unkept, limit)
}

// look reads what a link opens.
func (m MyData) look(c echo.Context) (pos.Own, time.Time, error) {
	return m(c.Request().Context(), strings.ToLower(c.Param("token")))
}

// unkept asks that whatever is answered is not kept by a browser, found by a search or told to another site.
func unkept(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Robots-Tag", "noindex, nofollow")
		h.Set("Referrer-Policy", "no-referrer")
		return next(c)
	}
}

// myDataWords are the words of the page by language.
func myDataWords() map[string]map[string]string {
	raw, err := files.ReadFile("pages/mydata.json")
	if err != nil {
		panic(err) // embedded: cannot be missing
	}
	var words map[string]map[string]string
	if err := json.Unmarshal(raw, &words); err != nil {
		panic(err) // a test reads it
	}
	return words
}
