package web_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"fiel/db"
	"fiel/web"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func get(t *testing.T, h http.Handler, r *http.Request) (int, string, http.Header) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	body, _ := io.ReadAll(w.Result().Body)
	return w.Code, string(body), w.Result().Header
}

func TestHealth(t *testing.T) {
	var sick error
	h := web.Routes(web.Doors{Log: quiet(), Ready: func(context.Context) error { return sick }})
	if code, body, _ := get(t, h, httptest.NewRequest("GET", "/healthz", nil)); code != 200 || body != "ok\n" {
		t.Errorf("healthz: %d %q", code, body)
	}
	if code, body, _ := get(t, h, httptest.NewRequest("GET", "/readyz", nil)); code != 200 || body != "ready\n" {
		t.Errorf("readyz: %d %q", code, body)
	}
	sick = db.Errorf(db.Busy, "stopping")
	if code, body, _ := get(t, h, httptest.NewRequest("GET", "/readyz", nil)); code != 503 || body != "not ready: stopping\n" {
		t.Errorf("readyz while stopping: %d %q", code, body)
	}
	sick = io.ErrUnexpectedEOF
	if _, body, _ := get(t, h, httptest.NewRequest("GET", "/readyz", nil)); strings.Contains(body, "EOF") {
		t.Errorf("readyz tells of an inner error: %q", body)
	}
}

func TestDoorsGetTheRequestAsItCame(t *testing.T) {
	var got, path, query string
	door := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got, path, query = string(b), r.PathValue("till"), r.URL.RawQuery
		w.WriteHeader(http.StatusTeapot)
	})
	h := web.Routes(web.Doors{Log: quiet(), Text: door, Status: door, Standard: door, Metrics: web.NewMetrics()})
	const body = "a=1&a=2&b=%zz\x00"
	for _, target := range []string{"/webhooks/twilio/sms?x=%2F&y=1+2", "/webhooks/twilio/status?m=1&a=2", "/webhooks/standard/7-abc?x=1"} {
		r := httptest.NewRequest("POST", target, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		code, _, header := get(t, h, r)
		_, want, _ := strings.Cut(target, "?")
		if code != http.StatusTeapot || got != body || query != want {
			t.Errorf("%s: %d, body %q, query %q", target, code, got, query)
		}
		if header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: headers %v", target, header)
		}
	}
	if path != "7-abc" {
		t.Errorf("the till is %q", path)
	}
}

func TestWhatIsNotThere(t *testing.T) {
	h := web.Routes(web.Doors{Log: quiet()})
	for _, r := range []*http.Request{
		httptest.NewRequest("POST", "/webhooks/twilio/sms", nil), httptest.NewRequest("GET", "/", nil), httptest.NewRequest("GET", "/demo/thread", nil),
		httptest.NewRequest("GET", "/metrics", nil), httptest.NewRequest("GET", "/../etc/passwd", nil),
	} {
		if code, body, _ := get(t, h, r); code != 404 || body != "Not Found\n" {
			t.Errorf("%s: %d %q", r.URL, code, body)
		}
	}
	if code, _, _ := get(t, h, httptest.NewRequest("GET", "/webhooks/twilio/sms", nil)); code != 405 {
		t.Errorf("GET of a webhook: %d", code)
	}
}

func TestAPanicIsOneRequestsAlone(t *testing.T) {
	var log bytes.Buffer
	door := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("secret +51987654321") })
	h := web.Routes(web.Doors{Log: slog.New(slog.NewTextHandler(&log, nil)), Text: door})
	code, body, _ := get(t, h, httptest.NewRequest("POST", "/webhooks/twilio/sms", nil))
	if code != 500 || strings.Contains(body, "secret") || !strings.Contains(log.String(), "panicked") || strings.Contains(log.String(), "987654321") {
		t.Errorf("%d %q, log %s", code, body, log.String())
	}
	if code, _, _ := get(t, h, httptest.NewRequest("GET", "/healthz", nil)); code != 200 {
		t.Errorf("afterwards: %d", code)
	}
}

func TestForwardedForCountsFromKnownProxiesAlone(t *testing.T) {
	_, network, _ := net.ParseCIDR("10.0.0.0/8")
	for _, c := range []struct {
		proxies []*net.IPNet
		peer    string
	}{{nil, "203.0.113.9:1"}, {[]*net.IPNet{network}, "203.0.113.9:1"}, {[]*net.IPNet{network}, "10.0.0.1:1"}} {
		h := web.Routes(web.Doors{Log: quiet(), Proxies: c.proxies})
		r := httptest.NewRequest("GET", "/healthz", nil)
		r.RemoteAddr = c.peer
		r.Header.Set("X-Forwarded-For", "198.51.100.1, nonsense")
		if code, _, _ := get(t, h, r); code != 200 {
			t.Errorf("peer %s: %d", c.peer, code)
		}
	}
}

// Two tabs of the demo at once, one of which lets a day pass: for the race detector, and for what both show.
func TestTwoTabsOfTheDemo(t *testing.T) {
	demo := &web.Demo{
		Program: "Cafe Flor", Phone: "+51987654321", Now: func() string { return "now" }, Parse: func(raw string) (string, error) { return raw, nil },
		Thread: func(string) []web.Bubble { return nil }, Facts: func(context.Context) ([]web.Fact, error) { return nil, nil },
		NextDay: func(context.Context) (web.Day, error) { return web.Day{Date: "6 March"}, nil },
	}
	h := web.Routes(web.Doors{Log: quiet(), Demo: demo})
	var tabs sync.WaitGroup
	for range 8 {
		tabs.Go(func() {
			if code, _, _ := get(t, h, httptest.NewRequest("POST", "/demo/day", nil)); code != http.StatusSeeOther {
				t.Errorf("the day: %d", code)
			}
		})
		tabs.Go(func() {
			if code, _, _ := get(t, h, httptest.NewRequest("GET", "/", nil)); code != http.StatusOK {
				t.Errorf("the page: %d", code)
			}
		})
	}
	tabs.Wait()
	if _, body, _ := get(t, h, httptest.NewRequest("GET", "/", nil)); !strings.Contains(body, "6 March") {
		t.Error("the page does not show the day")
	}
}

func TestMetricsCountTexts(t *testing.T) {
	m := web.NewMetrics()
	m.Texts("accepted", func() int64 { return 1 })
	m.Texts("unknown", func() int64 { return 0 })
	code, body, _ := get(t, m.Handler(), httptest.NewRequest("GET", "/metrics", nil))
	if code != 200 || !strings.Contains(body, `fiel_texts_total{result="accepted"} 1`) {
		t.Errorf("%d %.300s", code, body)
	}
}
