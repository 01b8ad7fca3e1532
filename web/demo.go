package web

import (
	"context"
	"embed"
	"html/template"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/labstack/echo/v4"

	"fiel/db"
)

//go:embed pages assets
var files embed.FS

// Demo is the page with a phone: what it shows, and what its buttons do. It asks nobody who they are, so it is served by
// `fiel demo` alone, on loopback.
type Demo struct {
	Program  string
	Currency string
	Phone    string   // the number the page opens with, E.164
	Words    []string // worth texting
	Now      func() string
	Parse    func(raw string) (phone string, err error)
	Thread   func(phone string) []Bubble
	Facts    func(context.Context) ([]Fact, error)
	Text     func(ctx context.Context, phone, body string) error
	Buy      func(ctx context.Context, phone, amount string) error
	NextDay  func(context.Context) (Day, error)

	last atomic.Pointer[Day] // what the last day brought, nil before the first; all tabs show it
}

// Bubble is one text of a thread.
type Bubble struct {
	Mine   bool   `json:"mine"` // from the phone to the shop
	Body   string `json:"body"`
	At     string `json:"at"`
	Status string `json:"status"`
}

// Fact is one figure of the program.
type Fact struct{ Name, Value string }

// Day is what one day of the demo's clock sent.
type Day struct {
	Date  string
	Texts []DayText
}

// DayText is one text of that day.
type DayText struct{ At, To, Topic, Body string }

type demoPage struct {
	Program, Currency, Phone, Now, Amount, Problem string
	Thread                                         []Bubble
	Words                                          []string
	Day                                            *Day
	Facts                                          []Fact
}

func (d *Demo) routes(e *echo.Echo) {
	pages := template.Must(template.ParseFS(files, "pages/demo.html"))
	e.GET("/", func(c echo.Context) error { return d.show(c, pages, c.QueryParam("phone"), nil) })
	e.GET("/demo/thread", d.thread)
	e.POST("/demo/text", d.text(pages))
	e.POST("/demo/buy", d.buy(pages))
	e.POST("/demo/day", d.day(pages))
}

// show draws the page for a phone, with what went wrong just now.
func (d *Demo) show(c echo.Context, pages *template.Template, raw string, problem error) error {
	page := demoPage{Program: d.Program, Currency: d.Currency, Phone: d.Phone, Now: d.Now(), Amount: "25.00", Words: d.Words}
	if raw != "" {
		phone, err := d.Parse(raw)
		if err == nil {
			page.Phone = phone
		} else if problem == nil {
			problem = err
		}
	}
	facts, err := d.Facts(c.Request().Context())
	if err != nil {
		return err
	}
	page.Thread, page.Facts, page.Day = d.Thread(page.Phone), facts, d.last.Load()
	status := http.StatusOK
	if problem != nil {
		page.Problem, status = sentence(problem), statusOf(db.CodeOf(problem))
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	c.Response().Header().Set(echo.HeaderContentType, echo.MIMETextHTMLCharsetUTF8)
	c.Response().WriteHeader(status)
	return pages.ExecuteTemplate(c.Response(), "demo.html", page)
}

func (d *Demo) thread(c echo.Context) error {
	phone, err := d.Parse(c.QueryParam("phone"))
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	texts := d.Thread(phone)
	if texts == nil {
		texts = []Bubble{}
	}
	return c.JSON(http.StatusOK, map[string]any{"now": d.Now(), "texts": texts})
}

func (d *Demo) text(pages *template.Template) echo.HandlerFunc {
	return d.act(pages, func(ctx context.Context, c echo.Context, phone string) error {
		body := c.FormValue("body")
		if strings.TrimSpace(body) == "" {
			return nil
		}
		return d.Text(ctx, phone, body)
	})
}

func (d *Demo) buy(pages *template.Template) echo.HandlerFunc {
	return d.act(pages, func(ctx context.Context, c echo.Context, phone string) error {
		return d.Buy(ctx, phone, c.FormValue("amount"))
	})
}

func (d *Demo) day(pages *template.Template) echo.HandlerFunc {
	return d.act(pages, func(ctx context.Context, _ echo.Context, _ string) error {
		day, err := d.NextDay(ctx)
		if err == nil {
			d.last.Store(&day)
		}
		return err
	})
}

// act runs what a form asked for and shows the page again: by redirect, so that loading it again repeats nothing.
func (d *Demo) act(pages *template.Template, f func(context.Context, echo.Context, string) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		phone, err := d.Parse(c.FormValue("phone"))
		if err == nil {
			err = f(c.Request().Context(), c, phone)
		}
		if err != nil {
			return d.show(c, pages, c.FormValue("phone"), err)
		}
		return c.Redirect(http.StatusSeeOther, "/?phone="+template.URLQueryEscaper(phone))
	}
}
