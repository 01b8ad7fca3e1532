package web

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"fiel/db"
	"fiel/pos"
	"fiel/templates"
)

func myDataHouse() http.Handler {
	own := pos.Own{Program: "Café <Flor>", Currency: "PEN", Profile: pos.OwnProfile{Phone: "+51987654321", Name: "<script>Rosa", Language: "es"}}
	own.Answers = []pos.OwnAnswer{{Kind: "score", N: 7, Words: "Hace <frio>"}}
	own.Consents = []pos.OwnConsent{{Kind: "service", Given: true, Words: "Te enviaremos avisos"}}
	return Routes(Doors{Log: slog.New(slog.DiscardHandler), MyData: func(_ context.Context, token string) (pos.Own, time.Time, error) {
		if token != "1-good" {
			return pos.Own{}, time.Time{}, db.Errorf(db.Missing, "this link is over")
		}
		return own, time.UnixMilli(0), nil
	}})
}

func get(h http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

func TestMyDataShowsAllAndIsKeptByNobody(t *testing.T) {
	h := myDataHouse()
	page := get(h, "/mydata/1-good")
	body := page.Body.String()
	for _, want := range []string{"51987654321", "&lt;script&gt;Rosa", "Te enviaremos avisos", "Puntuación: 7", "Hace &lt;frio&gt;", "/mydata/1-good/json", "noindex"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if page.Code != http.StatusOK || strings.Contains(body, "<script>") {
		t.Errorf("%d\n%s", page.Code, body)
	}
	file := get(h, "/mydata/1-good/json")
	if !strings.Contains(file.Body.String(), `"phone": "+51987654321"`) || !strings.HasPrefix(file.Header().Get("Content-Disposition"), "attachment") {
		t.Errorf("%v\n%s", file.Header(), file.Body)
	}
	for _, w := range []*httptest.ResponseRecorder{page, file} {
		if w.Header().Get("Cache-Control") != "no-store" || !strings.Contains(w.Header().Get("X-Robots-Tag"), "noindex") || w.Header().Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%v", w.Header())
		}
	}
	if wrong := get(h, "/mydata/1-bad"); wrong.Code != http.StatusNotFound || strings.Contains(wrong.Body.String(), "Rosa") {
		t.Errorf("%d %s", wrong.Code, wrong.Body)
	}
	if css := get(h, "/assets/mydata.css"); css.Code != http.StatusOK {
		t.Errorf("no style: %d", css.Code)
	}
}

func TestMyDataIsLookedAtOnlySoOften(t *testing.T) {
	h := myDataHouse()
	for i := range looksAtOnce {
		get(h, fmt.Sprintf("/mydata/1-guess%d", i))
	}
	for _, path := range []string{"/mydata/1-good", "/mydata/1-another/json"} {
		w := get(h, path)
		if w.Code != http.StatusTooManyRequests {
			t.Errorf("%d after %d looks", w.Code, looksAtOnce)
		}
		if w.Header().Get("Cache-Control") != "no-store" || !strings.Contains(w.Header().Get("X-Robots-Tag"), "noindex") {
			t.Errorf("%v", w.Header())
		}
	}
}

// A link that is over, one that never was and one that is none are answered alike, and are kept by nobody either.
func TestAWrongLinkTellsNothing(t *testing.T) {
	h := myDataHouse()
	over := get(h, "/mydata/1-over")
	for _, path := range []string{"/mydata/1-never", "/mydata/nonsense", "/mydata/1-over/json", "/mydata/%00", "/mydata/..%2f..%2fetc"} {
		w := get(h, path)
		if w.Code != over.Code || w.Body.String() != over.Body.String() || w.Header().Get("Cache-Control") != "no-store" || !strings.Contains(w.Header().Get("X-Robots-Tag"), "noindex") {
			t.Errorf("%s: %d %q %v", path, w.Code, w.Body, w.Header())
		}
	}
}

func TestMyDataSpeaksEveryLanguageInFull(t *testing.T) {
	words := myDataWords()
	keys := slices.Sorted(maps.Keys(words["es"]))
	if got := slices.Sorted(maps.Keys(words)); !slices.Equal(got, templates.Languages()) {
		t.Errorf("the page speaks %v, texts %v", got, templates.Languages())
	}
	for lang, w := range words {
		if !slices.Equal(slices.Sorted(maps.Keys(w)), keys) {
			t.Errorf("%s lacks words of es, or has more", lang)
		}
	}
}

func TestCardSVG(t *testing.T) {
	svg, err := CardSVG("079927398713")
	if err != nil || !strings.HasPrefix(svg, "<svg ") || !strings.Contains(svg, "0799 2739 8713") || strings.Count(svg, "h1v1") < 100 {
		t.Errorf("%v %s", err, svg)
	}
	var sheet strings.Builder
	if err := CardSheet(&sheet, "Café <Flor>", []string{"079927398713", "000000000000"}); err != nil || strings.Count(sheet.String(), "<svg ") != 2 || strings.Contains(sheet.String(), "<Flor>") {
		t.Errorf("%v\n%s", err, sheet.String())
	}
}
