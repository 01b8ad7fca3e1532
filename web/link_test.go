package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"fiel/db"
)

const phoneBrowser = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"

// linkHouse knows one link, and remembers who was counted.
func linkHouse(counted *int) http.Handler {
	return Routes(Doors{Log: slog.New(slog.DiscardHandler), Links: func(_ context.Context, code string, person bool) (string, error) {
		if code == "busy" {
			return "", db.Errorf(db.Busy, "later")
		}
		if code != "7BCDFG" {
			return "", db.Errorf(db.Missing, "this link is over")
		}
		if person {
			*counted++
		}
		return "https://shop.example/menu?a=1", nil
	}})
}

func follow(h http.Handler, method, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestALinkSendsOn(t *testing.T) {
	counted := 0
	h := linkHouse(&counted)
	w := follow(h, "GET", "/l/7BCDFG", "User-Agent", phoneBrowser)
	if w.Code != http.StatusFound || w.Header().Get("Location") != "https://shop.example/menu?a=1" || counted != 1 {
		t.Errorf("%d %v, %d counted", w.Code, w.Header(), counted)
	}
	for header, want := range map[string]string{"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow", "Cache-Control": "no-store", "Set-Cookie": ""} {
		if got := w.Header().Get(header); got != want {
			t.Errorf("%s is %q", header, got)
		}
	}
	if w := follow(h, "GET", "/l/busy", "User-Agent", phoneBrowser); w.Code != http.StatusServiceUnavailable {
		t.Errorf("busy: %d", w.Code)
	}
}

// Whoever only looks is sent on as well, and not counted.
func TestPreviewsAreNotCounted(t *testing.T) {
	counted := 0
	h := linkHouse(&counted)
	for _, agent := range []string{
		"", "WhatsApp/2.24.1 A", "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "Twitterbot/1.0", "TelegramBot (like TwitterBot)",
		"Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
		"curl/8.9.0", "Go-http-client/2.0", "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
	} {
		if w := follow(h, "GET", "/l/7BCDFG", "User-Agent", agent); w.Code != http.StatusFound {
			t.Errorf("%q: %d", agent, w.Code)
		}
	}
	follow(h, "HEAD", "/l/7BCDFG", "User-Agent", phoneBrowser)
	follow(h, "GET", "/l/7BCDFG", "User-Agent", phoneBrowser, "Sec-Purpose", "prefetch;prerender")
	follow(h, "GET", "/l/7BCDFG", "User-Agent", phoneBrowser, "X-Moz", "prefetch")
	if counted != 0 {
		t.Errorf("%d were counted", counted)
	}
	for _, agent := range []string{phoneBrowser, "Mozilla/5.0 (Linux; Android 14; SM-A546B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36"} {
		follow(h, "GET", "/l/7BCDFG", "User-Agent", agent)
	}
	if counted != 2 {
		t.Errorf("%d people were counted, want 2", counted)
	}
}

func TestALinkThatIsOverSaysSoInTheReadersLanguage(t *testing.T) {
	h := linkHouse(new(int))
	for accept, want := range map[string]string{
		"": `lang="es"`, "en-US,en;q=0.9": `lang="en"`, "fr-CA,fr;q=0.8,en;q=0.5": `lang="fr"`, "zh-Hans-CN": `lang="zh"`, "es-PE": `lang="es"`, "de": `lang="es"`,
		strings.Repeat("x,", 5000): `lang="es"`,
	} {
		w := follow(h, "GET", "/l/7XXXXX", "Accept-Language", accept)
		if w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), want) || w.Header().Get("X-Robots-Tag") != "noindex, nofollow" || w.Header().Get("Location") != "" {
			t.Errorf("%.20q: %d, want %s\n%s", accept, w.Code, want, w.Body)
		}
	}
	over := follow(h, "GET", "/l/7XXXXX").Body.String()
	for _, path := range []string{"/l/nonsense", "/l/https:%2f%2fevil.example", "/l/7BCDFG%00", "/l/..%2f..", "/l/%E7%9A%84"} {
		if w := follow(h, "GET", path); w.Code != http.StatusNotFound || w.Body.String() != over {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	for _, w := range newGonePage().words {
		if w.Lang == "" || w.Title == "" || w.Words == "" {
			t.Errorf("%+v", w)
		}
	}
}
