package standard_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"fiel/db"
	"fiel/db/dbtest"
	"fiel/members"
	"fiel/pos"
	"fiel/pos/standard"
	"fiel/rewards"
)

const rosa = members.Phone("+51987654321")

// door is a till's webhook of a café in Lima where 10.00 make a point and Rosa is a member.
type door struct {
	t      testing.TB
	d      *db.DB
	clock  *dbtest.Clock
	key    members.Key
	p      members.Program
	till   pos.Till
	secret string
	log    bytes.Buffer
	http.Handler
}

func open(t testing.TB, dialect db.Dialect) *door {
	t.Helper()
	o := &door{t: t, clock: new(dbtest.Clock), key: members.NewKey()}
	o.d = dbtest.New(t, dialect, dbtest.WithClock(o.clock))
	o.write(func(ctx context.Context, tx *db.Tx) (err error) {
		if o.p, err = members.CreateProgram(ctx, tx, members.NewProgram{Name: "Cafe Flor", Country: "PE", Currency: "PEN", Zone: "America/Lima", Language: "es"}); err != nil {
			return err
		}
		store, err := members.CreateStore(ctx, tx, o.p, members.NewStore{Name: "Centro"})
		if err != nil {
			return err
		}
		if o.till, o.secret, err = pos.AddTill(ctx, tx, o.key, o.p, store.ID, "Caja 1"); err != nil {
			return err
		}
		if _, err = rewards.AddRule(ctx, tx, o.p, rewards.NewRule{Name: "1 per 10", Kind: rewards.AmountRule, Step: 1000, Points: 1}); err != nil {
			return err
		}
		if _, err := members.Touch(ctx, tx, o.p.ID, o.key.Hash(rosa)); err != nil {
			return err
		}
		if _, err = rewards.AddAction(ctx, tx, o.p, rewards.NewAction{Name: "Resena", Kind: "review", Points: 100}); err != nil {
			return err
		}
		_, _, err = members.Join(ctx, tx, o.p, members.Joining{Phone: rosa, Hash: o.key.Hash(rosa), WroteFirst: true})
		return err
	})
	o.Handler = &standard.Webhook{
		Service: &pos.Service{DB: o.d, Key: o.key}, Clock: o.clock.Now, Log: slog.New(slog.NewTextHandler(&o.log, nil)),
	}
	return o
}

func each(t *testing.T, f func(t *testing.T, o *door)) {
	t.Helper()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(dialect.String(), func(t *testing.T) { f(t, open(t, dialect)) })
	}
}

func (o *door) write(f func(context.Context, *db.Tx) error) {
	o.t.Helper()
	if err := o.d.Write(context.Background(), db.Interactive, f); err != nil {
		o.t.Fatal(err)
	}
}

func (o *door) count(query string) (n int64) {
	o.t.Helper()
	err := o.d.Read(context.Background(), func(ctx context.Context, tx *db.Tx) error { return tx.QueryRowContext(ctx, query).Scan(&n) })
	if err != nil {
		o.t.Fatal(err)
	}
	return n
}

func (o *door) path() string { return "/webhooks/standard/" + o.till.Path }

// signed is a delivery as the till makes it, by its clock, which is ours.
func (o *door) signed(body []byte) *http.Request {
	o.t.Helper()
	headers, err := standard.Headers(o.secret, "msg_1", o.clock.Now(), body)
	if err != nil {
		o.t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, o.path(), bytes.NewReader(body))
	r.Header = headers
	return r
}

// knock makes a delivery and returns the answer.
func (o *door) knock(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	o.ServeHTTP(w, r)
	return w
}

func (o *door) post(body string) *httptest.ResponseRecorder { return o.knock(o.signed([]byte(body))) }

func TestASaleAndItsRefund(t *testing.T) {
	each(t, func(t *testing.T, o *door) {
		sale := `{"type":"purchase.completed","timestamp":"2027-03-05T12:00:00Z","data":{
			"id":"T-1041","phone":"987 654 321","amount":10500,"currency":"PEN","occurred_at":"2027-03-05T06:55:00-05:00","tax":1602,"tip":0,
			"items":[{"sku":"CAP","name":"Capuccino","category":"coffee","quantity":2,"amount":2400},{"name":"Torta","amount":8100}],
			"tender":[{"type":"card","amount":10500}],"voucher":"","cashier":"Luz","test":false,"extra":{"role":"owner"},"card":null}}`
		for _, step := range []struct {
			body, want string
			status     int
		}{
			{`{"type":"member.show","data":{"phone":"987654321"}}`, `{"status":"known","points":0,"balance":0}`, 200},
			{`{"type":"member.show","data":{"phone":"911111111"}}`, `{"status":"none","points":0}`, 200},
			{`{"type":"member.show","data":{}}`, `{"error":{"code":"invalid","message":"whose: the number, as E.164 or as dialled here","field":"data.phone"}}`, 422},
			{`{"type":"member.enrol","data":{"id":"E-1","phone":"933333333","name":"Luz"}}`, `{"status":"joined","id":"E-1","points":0,"balance":0}`, 200},
			{`{"type":"member.enrol","data":{"id":"E-1","phone":"933333333","name":"Luz"}}`, `{"status":"joined","id":"E-1","points":0,"balance":0}`, 200},
			{`{"type":"member.enrol","data":{"id":"E-2","phone":"+51933333333"}}`, `{"status":"known","id":"E-2","points":0,"balance":0}`, 200},
			{`{"type":"member.enrol","data":{"id":"E-3","phone":"+447700900123"}}`, `{"status":"refused","id":"E-3","reason":"refused","message":"+44•••••123 cannot join: the program does not take numbers of that country or kind","points":0}`, 200},
			{`{"type":"member.enrol","data":{"id":"E-1","phone":"944444444"}}`, `{"error":{"code":"reused","message":"This id was used for something else before. Nothing was changed; the owner will look at it.","field":"data.id"}}`, 409},
			{`{"type":"action.completed","data":{"id":"A-1","phone":"933333333","action":"Resena"}}`, `{"status":"given","id":"A-1","points":100,"balance":100}`, 200},
			{`{"type":"action.completed","data":{"id":"A-1","phone":"933333333","action":"Resena"}}`, `{"status":"given","id":"A-1","points":100,"balance":100}`, 200},
			{`{"type":"action.completed","data":{"id":"A-2","phone":"933333333","action":"Resena"}}`, `{"status":"refused","id":"A-2","reason":"refused","message":"the member has had Resena 1 times, which is the limit","points":0}`, 200},
			{`{"type":"action.completed","data":{"id":"A-3","phone":"933333333","action":"Otra"}}`, `{"status":"refused","id":"A-3","reason":"missing","message":"there is no action \"Otra\": see ` + "`fiel action list`" + `","points":0}`, 200},
			{`{"type":"action.completed","data":{"id":"A-4","phone":"911111111","action":"Resena"}}`, `{"status":"refused","id":"A-4","reason":"missing","message":"Nobody with that number or card is a member.","points":0}`, 200},
			{`{"type":"action.completed","data":{"id":"A-5","phone":"933333333"}}`, `{"error":{"code":"unreadable","message":"This is missing.","field":"data.action"}}`, 400},
			{strings.Replace(sale, "purchase.completed", "purchase.preview", 1), `{"status":"preview","member":"known","points":10,"balance":0,"currency":"PEN","earning":10500,"why":"10 for S/ 105 by \"1 per 10\"."}`, 200},
			{`{"type":"purchase.preview","data":{"phone":"912345678","amount":999}}`, `{"status":"preview","member":"none","points":0,"currency":"PEN","earning":999}`, 200},
			{`{"type":"purchase.preview","data":{"amount":0}}`, `{"error":{"code":"invalid","message":"a whole number of minor units from 1 to 1000000000000","field":"data.amount"}}`, 422},
			{sale, `{"status":"credited","id":"T-1041","member":"known","points":10,"balance":10}`, 200},
			{sale, `{"status":"credited","id":"T-1041","member":"known","points":10,"balance":10}`, 200},
			{strings.ReplaceAll(sale, "987 654 321", "+51987654321"), `{"status":"credited","id":"T-1041","member":"known","points":10,"balance":10}`, 200},
			{strings.ReplaceAll(sale, "10500", "10600"), `{"error":{"code":"reused","message":"This id was used for something else before. Nothing was changed; the owner will look at it.","field":"data.id"}}`, 409},
			{`{"type":"refund.created","data":{"id":"R-1","purchase_id":"T-1041","amount":2400}}`, `{"status":"applied","id":"R-1","purchase_id":"T-1041","member":"known","points":-2,"balance":8}`, 200},
			{`{"type":"purchase.refunded","data":{"id":"R-1","purchase_id":"T-1041","amount":2400}}`, `{"status":"applied","id":"R-1","purchase_id":"T-1041","member":"known","points":-2,"balance":8}`, 200},
			{`{"type":"refund.created","data":{"id":"R-2","purchase_id":"T-1041","amount":8101}}`, `{"error":{"code":"refused","message":"More is given back than is left of the sale.","field":"data.amount"}}`, 422},
			{`{"type":"refund.created","data":{"id":"R-3","purchase_id":"T-1041","items":[{"name":"Torta","amount":8100}]}}`, `{"status":"applied","id":"R-3","purchase_id":"T-1041","member":"known","points":-8,"balance":0}`, 200},
			{`{"type":"refund.created","data":{"id":"R-4","purchase_id":"T-9"}}`, `{"status":"parked","id":"R-4","purchase_id":"T-9","points":0,"warnings":[{"code":"no_sale","message":"The sale has not been reported yet. The refund counts as soon as it is."}]}`, 200},
			{`{"type":"purchase.completed","data":{"id":"T-2","phone":"912345678","amount":1000}}`, `{"status":"held","id":"T-2","member":"held","points":0}`, 200},
			{`{"type":"purchase.completed","data":{"id":"T-3","amount":1000}}`, `{"status":"kept","id":"T-3","member":"none","points":0}`, 200},
			{`{"type":"purchase.completed","test":true,"data":{"id":"T-4","phone":"987654321","amount":1000}}`, `{"status":"test","id":"T-4","member":"none","points":0}`, 200},
			{`{"type":"purchase.completed","data":{"id":"T-5","phone":"987654321","amount":1000,"test":true}}`, `{"status":"test","id":"T-5","member":"none","points":0}`, 200},
			{"\uFEFF" + ` {"type":"purchase.completed","data":{"id":"T-6","phone":"987654321","amount":1000}} ` + "\n", `{"status":"credited","id":"T-6","member":"known","points":1,"balance":1}`, 200},
			{`{"type":"shift.closed","data":[1.5,"x"]}`, `{"status":"ignored"}`, 200},
		} {
			w := o.post(step.body)
			if w.Code != step.status || w.Body.String() != step.want || w.Header().Get("Content-Type") != "application/json" {
				t.Errorf("%s\n got %d %s\nwant %d %s", step.body, w.Code, w.Body, step.status, step.want)
			}
		}
		if n := o.count("SELECT COUNT(*) FROM purchases WHERE ref = 'T-1041' AND occurred_at = received_at - 300000 AND cashier = 'Luz' AND tax = 1602"); n != 1 {
			t.Error("the sale was not kept as reported")
		}
		if n := o.count("SELECT COUNT(*) FROM purchase_lines WHERE quantity = 2 AND sku = 'CAP' AND category = 'coffee' OR quantity = 1"); n != 2 {
			t.Error("the lines were not kept as reported")
		}
		if strings.Contains(o.log.String(), "987654321") || strings.Contains(o.log.String(), "987 654 321") {
			t.Error("a number in the log:", o.log.String())
		}
	})
}

func TestWhoMayComeIn(t *testing.T) {
	o := open(t, db.SQLite)
	body := []byte(`{"type":"purchase.completed","data":{"id":"T-1","phone":"987654321","amount":1000}}`)
	sign := func(secret string, at time.Time, body []byte) string {
		s, err := standard.Sign(secret, "msg_1", at, body)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	now := o.clock.Now()
	good := sign(o.secret, now, body)
	const other = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	at := func(ago time.Duration) func(*http.Request) {
		return func(r *http.Request) {
			r.Header.Set("webhook-timestamp", fmt.Sprint(now.Add(-ago).Unix()))
			r.Header.Set("webhook-signature", sign(o.secret, now.Add(-ago), body))
		}
	}
	for name, c := range map[string]struct {
		change func(*http.Request)
		want   int
	}{
		"as it should be":        {func(*http.Request) {}, 200},
		"several signatures":     {set("webhook-signature", "v1a,AAAA v1,AAAA "+good+" v2,x"), 200},
		"five minutes old":       {at(5 * time.Minute), 200},
		"five minutes ahead":     {at(-5 * time.Minute), 200},
		"older":                  {at(5*time.Minute + time.Second), 401},
		"further ahead":          {at(-5*time.Minute - time.Second), 401},
		"no signature":           {func(r *http.Request) { r.Header.Del("webhook-signature") }, 401},
		"no id":                  {func(r *http.Request) { r.Header.Del("webhook-id") }, 401},
		"no time":                {func(r *http.Request) { r.Header.Del("webhook-timestamp") }, 401},
		"two signatures":         {func(r *http.Request) { r.Header.Add("webhook-signature", good) }, 401},
		"two ids":                {func(r *http.Request) { r.Header.Add("webhook-id", "msg_2") }, 401},
		"another id":             {set("webhook-id", "msg_2"), 401},
		"another time":           {set("webhook-timestamp", fmt.Sprint(now.Unix()+1)), 401},
		"time in words":          {set("webhook-timestamp", "now"), 401},
		"time beyond all bounds": {set("webhook-timestamp", "9223372036854775807"), 401},
		"time before all bounds": {set("webhook-timestamp", "-9223372036854775808"), 401},
		"another version":        {set("webhook-signature", "v2"+good[2:]), 401},
		"half a signature":       {set("webhook-signature", good[:20]), 401},
		"for another body":       {set("webhook-signature", sign(o.secret, now, []byte("{}"))), 401},
		"another till's key":     {set("webhook-signature", sign(other, now, body)), 401},
		"an unknown till":        {func(r *http.Request) { r.URL.Path = "/webhooks/standard/1-nobody" }, 404},
		"no till":                {func(r *http.Request) { r.URL.Path = "/webhooks/standard/" }, 404},
		"a till up the tree":     {func(r *http.Request) { r.URL.Path = "/webhooks/standard/../../etc/passwd" }, 404},
		"GET":                    {func(r *http.Request) { r.Method = http.MethodGet }, 405},
		"gzip":                   {set("Content-Encoding", "gzip"), 415},
	} {
		r := o.signed(body)
		c.change(r)
		if w := o.knock(r); w.Code != c.want {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	for i := range body {
		bent := bytes.Clone(body)
		bent[i] ^= 1
		r := o.signed(body)
		r.Body = io.NopCloser(bytes.NewReader(bent))
		if w := o.knock(r); w.Code != 401 {
			t.Fatalf("byte %d bent: %d", i, w.Code)
		}
	}
	if n := o.count("SELECT COUNT(*) FROM purchases"); n != 1 {
		t.Errorf("%d purchases", n)
	}
}

func TestTheOldKeyWorksUntilItIsRetired(t *testing.T) {
	o := open(t, db.SQLite)
	body := []byte(`{"type":"purchase.completed","data":{"id":"T-1","phone":"987654321","amount":1000}}`)
	try := func(secret string, want int) {
		t.Helper()
		old := o.secret
		defer func() { o.secret = old }()
		o.secret = secret
		if w := o.knock(o.signed(body)); w.Code != want {
			t.Errorf("%d %s, want %d", w.Code, w.Body, want)
		}
	}
	var fresh string
	o.write(func(ctx context.Context, tx *db.Tx) (err error) {
		fresh, err = pos.RotateSecret(ctx, tx, o.key, o.p.ID, o.till.ID)
		return err
	})
	try(o.secret, 200)
	try(fresh, 200)
	o.write(func(ctx context.Context, tx *db.Tx) error { return pos.RetireSecret(ctx, tx, o.p.ID, o.till.ID) })
	try(o.secret, 401)
	try(fresh, 200)
	o.write(func(ctx context.Context, tx *db.Tx) error { return pos.RevokeTill(ctx, tx, o.p.ID, o.till.ID) })
	try(fresh, 401)
}

func TestLargeAndEndlessBodies(t *testing.T) {
	o := open(t, db.SQLite)
	fits := `{"type":"purchase.completed","data":{"id":"T-1","amount":1000,"x":"`
	fits += strings.Repeat("y", 64<<10-len(fits)-3) + `"}}`
	if w := o.post(fits); w.Code != 200 {
		t.Errorf("64 KB: %d %s", w.Code, w.Body)
	}
	if w := o.post(fits + " "); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("64 KB and a byte: %d %s", w.Code, w.Body)
	}
	r := o.signed([]byte("{}"))
	r.Body = io.NopCloser(io.MultiReader(strings.NewReader("{"), broken{}))
	if w := o.knock(r); w.Code != http.StatusBadRequest {
		t.Errorf("a body that breaks off: %d %s", w.Code, w.Body)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write(make([]byte, 10<<20))
	z.Close()
	r = o.signed(packed.Bytes())
	r.Header.Set("Content-Encoding", "gzip")
	if w := o.knock(r); w.Code != http.StatusUnsupportedMediaType {
		t.Errorf("a bomb: %d %s", w.Code, w.Body)
	}
	if w := o.knock(o.signed(packed.Bytes())); w.Code != http.StatusBadRequest {
		t.Errorf("a bomb in disguise: %d %s", w.Code, w.Body)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("cut") }

// A key that is not ours is our fault, not the till's.
func TestTheWrongKey(t *testing.T) {
	o := open(t, db.SQLite)
	o.Handler.(*standard.Webhook).Service.Key = members.NewKey()
	if w := o.post(`{"type":"purchase.completed","data":{"id":"T-1","amount":1000}}`); w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "FIEL") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// While the database is closing a till is asked to come back.
func TestBusy(t *testing.T) {
	o := open(t, db.SQLite)
	o.d.Close()
	w := o.post(`{"type":"purchase.completed","data":{"id":"T-1","amount":1000}}`)
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
}
