package twilio_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"fiel/db"
	"fiel/sms"
	"fiel/sms/twilio"
	"fiel/sms/twilio/fake"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// clock is one that moves on by a second with every look.
func clock() func() time.Time {
	var seconds atomic.Int64
	return func() time.Time { return noon.Add(time.Duration(seconds.Add(1)) * time.Second) }
}

// sendMany sends numbered texts to Ana, and one to somebody else.
func sendMany(t *testing.T, c *twilio.Client, n int) {
	t.Helper()
	for i := range n + 1 {
		text := hola
		text.Body = fmt.Sprint(i + 1)
		if i == n {
			text.To = "+525500000000"
		}
		if got := c.Send(context.Background(), text); got.Result != sms.Accepted {
			t.Fatalf("%+v", got)
		}
	}
}

func listing(t *testing.T) (*fake.Server, *twilio.Client) {
	s := start(t, fake.Options{Now: clock()})
	s.Set(fake.Faults{Callbacks: fake.Callbacks{Off: true}})
	return s, newClient(t, config(s.URL()))
}

func TestListIsNewestFirst(t *testing.T) {
	s, c := listing(t)
	s.Set(fake.Faults{BlankFrom: true, Fails: map[string]int{ana: 30003}, Callbacks: fake.Callbacks{Off: true}})
	sendMany(t, c, 250)
	if _, err := s.Text("http://127.0.0.1:1", ana, "SALDO", ""); err == nil {
		t.Fatal("nobody listens there")
	}
	journal := s.Journal()
	found, err := c.List(context.Background(), ana, time.UnixMilli(journal[0].At))
	if err != nil || len(found) != 250 {
		t.Fatalf("%d texts: %v", len(found), err)
	}
	for i, text := range found {
		of := journal[249-i]
		want := sms.Listed{SID: of.SID, Body: of.Body, Created: time.UnixMilli(of.At).UTC(), Rank: sms.RankUndelivered, Trouble: twilio.Explain(30003)}
		if text != want {
			t.Fatalf("%d: got %+v\nwant %+v", i, text, want)
		}
	}
}

func TestListSince(t *testing.T) {
	s, c := listing(t)
	sendMany(t, c, 150)
	since := time.UnixMilli(s.Journal()[147].At).Add(900 * time.Millisecond) // Twilio tells whole seconds
	found, err := c.List(context.Background(), ana, since)
	if err != nil || len(found) != 3 || found[0].Body != "150" || found[2].Body != "148" {
		t.Errorf("%v %v", found, err)
	}
	for to, since := range map[string]time.Time{ana: noon.Add(24 * time.Hour), "+525511111111": noon} {
		if found, err := c.List(context.Background(), to, since); err != nil || len(found) != 0 {
			t.Errorf("%v %v", found, err)
		}
	}
}

func TestListLags(t *testing.T) {
	s, c := listing(t)
	sendMany(t, c, 2)
	s.Set(fake.Faults{ListLag: time.Hour})
	if found, err := c.List(context.Background(), ana, noon); err != nil || len(found) != 0 {
		t.Errorf("%v %v", found, err)
	}
}

func TestListLeavesOutRepliesAndTextsIn(t *testing.T) {
	s, c := listing(t)
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		_, _ = io.WriteString(w, `<Response><Message>120 puntos</Message></Response>`)
	}))
	defer shop.Close()
	if got, err := s.Text(shop.URL, ana, "SALDO", ""); err != nil || len(got.Texts) != 1 {
		t.Fatalf("%+v %v", got, err)
	}
	if found, err := c.List(context.Background(), ana, noon); err != nil || len(found) != 0 || len(s.Journal()) != 1 {
		t.Errorf("%v %v", found, err)
	}
}

// An error says that nothing is known; so it must not come out as an empty list.
func TestListFails(t *testing.T) {
	one := func(fields string) string { return `{"messages":[{` + fields + `}]}` }
	cases := map[string]struct {
		status int
		body   string
	}{
		"429":                         {429, `{"code":20429}`},
		"401":                         {401, `{"code":20003}`},
		"500":                         {500, ``},
		"a redirect":                  {302, ``},
		"a page":                      {200, `<html>`},
		"half a list":                 {200, `{"messages":[{"sid":`},
		"no list":                     {200, `{}`},
		"null":                        {200, `null`},
		"a text without a time":       {200, one(`"sid":"SM1"`)},
		"a text of an odd time":       {200, one(`"date_created":"yesterday"`)},
		"goes on nobody knows where":  {200, `{"messages":[],"next_page_uri":"/2010-04-01/next"}`},
		"goes on at an odd place":     {200, `{"messages":[],"next_page_uri":"%zz"}`},
		"never ends, with fresh ones": {200, `{"messages":[{"date_created":"Sun, 22 Nov 2026 13:00:00 +0000"}],"next_page_uri":"/x?PageToken=PA1"}`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			asked := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				asked++
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			}))
			defer server.Close()
			found, err := newClient(t, config(server.URL)).List(context.Background(), ana, noon)
			if db.CodeOf(err) != db.Busy || found != nil || asked > 10 {
				t.Errorf("asked %d times: %v %v", asked, found, err)
			}
		})
	}
	s := quiet(t, fake.Faults{})
	s.Down()
	if _, err := newClient(t, config(s.URL())).List(context.Background(), ana, noon); db.CodeOf(err) != db.Busy {
		t.Errorf("nobody listens: %v", err)
	}
}

// The answer says where a page goes on, never whom to ask: the token must not go to another host.
func TestListAsksNobodyElse(t *testing.T) {
	evil := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("asked") }))
	defer evil.Close()
	pages := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		if query.Get("To") != ana || query.Get("PageSize") != "100" || len(query["From"])+len(query["DateSent"]) > 0 {
			t.Errorf("asked %s", r.URL)
		}
		pages++
		if query.Get("PageToken") == "PA1" {
			_, _ = io.WriteString(w, `{"messages":[]}`)
			return
		}
		_, _ = fmt.Fprintf(w, `{"messages":[{"date_created":"Sun, 22 Nov 2026 13:00:00 +0000"}],"next_page_uri":"%s/?Page=1&PageToken=PA1"}`, evil.URL)
	}))
	defer server.Close()
	if _, err := newClient(t, config(server.URL)).List(context.Background(), ana, noon); err != nil || pages != 2 {
		t.Errorf("%d pages: %v", pages, err)
	}
}
