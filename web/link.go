package web

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"html/template"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
	"golang.org/x/text/language"

	"fiel/db"
)

// Links finds where a short link leads; counted says that a person follows it. Errors: db.Missing for a link that is over or was
// never one.
type Links func(ctx context.Context, code string, counted bool) (target string, err error)

//go:embed previews.txt
var previewsFile string

// routes mounts the short links. Who follows one is sent on at once: no cookie, no page between, nothing kept of them, and the page they
// come to is not told where from. Only stored targets are led to.
func (l Links) routes(e *echo.Echo) {
	gone := newGonePage()
	previews := previewAgents()
	follow := func(c echo.Context) error {
		r := c.Request()
		target, err := l(r.Context(), c.Param("code"), byAPerson(r, previews))
		if db.CodeOf(err) == db.Missing {
			return gone.show(c)
		}
		if err != nil {
			return err
		}
		return c.Redirect(http.StatusFound, target)
	}
	e.GET("/l/:code", follow, unkept)
	e.HEAD("/l/:code", follow, unkept)
}

// byAPerson says whether a request is somebody's who follows the link: no look ahead, no preview, no program.
func byAPerson(r *http.Request, previews []string) bool {
	agent := strings.ToLower(r.UserAgent())
	ahead := r.Header.Get("Purpose") + r.Header.Get("Sec-Purpose") + r.Header.Get("X-Purpose") + r.Header.Get("X-Moz")
	if r.Method != http.MethodGet || agent == "" || ahead != "" {
		return false
	}
	for _, p := range previews {
		if strings.Contains(agent, p) {
			return false
		}
	}
	return true
}

func previewAgents() (list []string) {
	for line := range strings.Lines(previewsFile) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			list = append(list, line)
		}
	}
	return list
}

// gonePage is what who follows a link that is over sees, in their browser's language.
type gonePage struct {
	page  *template.Template
	words []goneWords // the first where none of the browser's is spoken
	match language.Matcher
}

type goneWords struct{ Lang, Title, Words string }

func newGonePage() *gonePage {
	g := &gonePage{page: template.Must(template.New("nolink.html").ParseFS(files, "pages/nolink.html"))}
	raw, err := files.ReadFile("pages/nolink.json")
	if err != nil {
		panic(err) // embedded: cannot be missing
	}
	if err := json.Unmarshal(raw, &g.words); err != nil {
		panic(err) // a test reads it
	}
	var tags []language.Tag
	for _, w := range g.words {
		tags = append(tags, language.Make(w.Lang))
	}
	g.match = language.NewMatcher(tags)
	return g
}

func (g *gonePage) show(c echo.Context) error {
	_, i := language.MatchStrings(g.match, c.Request().Header.Get("Accept-Language"))
	var page bytes.Buffer
	if err := g.page.Execute(&page, g.words[i]); err != nil {
		return err
	}
	c.Response().Header().Set("Vary", "Accept-Language")
	return c.HTMLBlob(http.StatusNotFound, page.Bytes())
}
