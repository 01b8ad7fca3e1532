package standard_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
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

// Every class of malformed input: refused with the field named, never a 5xx, never stored.
func TestWhatCannotBeRead(t *testing.T) {
	each(t, func(t *testing.T, o *door) {
		sale := func(data string) string { return `{"type":"purchase.completed","data":{` + data + `}}` }
		with := func(field, value string) string {
			all := map[string]string{"id": `"T-1"`, "phone": `"987654321"`, "amount": `1000`}
			all[field] = value
			var list []string
			for name, v := range all {
				list = append(list, `"`+name+`":`+v)
			}
			return sale(strings.Join(list, ","))
		}
		const unread, range_ = http.StatusBadRequest, http.StatusUnprocessableEntity
		for name, c := range map[string]struct {
			body, field string
			status      int
		}{
			"empty":                  {"", "", unread},
			"no JSON":                {"phone=987654321", "", unread},
			"half":                   {`{"type":"purchase.completed","data":{"id":"T-1"`, "", unread},
			"a list":                 {`[]`, "", unread},
			"null":                   {`null`, "", unread},
			"a number":               {`1e400`, "", unread},
			"no type":                {`{}`, "type", unread},
			"a type of another type": {`{"type":1}`, "type", unread},
			"no data":                {`{"type":"purchase.completed"}`, "data", unread},
			"data of another type":   {`{"type":"purchase.completed","data":"x"}`, "data", unread},
			"trailing data":          {with("tip", "0") + `{}`, "", unread},
			"trailing comma":         {`{"type":"x",}`, "", unread},
			"a name twice":           {`{"type":"purchase.completed","type":"purchase.completed"}`, "type", unread},
			"a name twice within":    {sale(`"id":"T-1","amount":1000,"amount":2000`), "data.amount", unread},
			"a name twice, escaped":  {sale(`"id":"T-1","amount":1000,"\u0061mount":2000`), "data.amount", unread},
			"deep":                   {with("x", strings.Repeat("[", 1000)+strings.Repeat("]", 1000)), "", unread},
			"very deep":              {strings.Repeat(`{"a":`, 12000), "", unread},
			"invalid UTF-8":          {with("cashier", "\"\xff\""), "", unread},
			"NUL":                    {with("cashier", "\"\x00\""), "", unread},
			"NUL, escaped":           {with("cashier", `"\u0000"`), "data.cashier", unread},
			"two byte order marks":   {"\uFEFF\uFEFF" + with("tip", "0"), "", unread},
			"UTF-16":                 {"\xff\xfe{\x00}\x00", "", unread},

			"no id":             {sale(`"amount":1000`), "data.id", unread},
			"an id of numbers":  {with("id", "1041"), "data.id", unread},
			"an empty id":       {with("id", `""`), "data.id", range_},
			"an id of blanks":   {with("id", `"  "`), "data.id", range_},
			"an endless id":     {with("id", `"`+strings.Repeat("x", 129)+`"`), "data.id", range_},
			"an id with a bell": {with("id", `"\u0007"`), "data.id", range_},

			"no amount":             {sale(`"id":"T-1"`), "data.amount", unread},
			"null amount":           {with("amount", "null"), "data.amount", unread},
			"an amount in quotes":   {with("amount", `"1000"`), "data.amount", unread},
			"a fraction":            {with("amount", "10.00"), "data.amount", unread},
			"an exponent":           {with("amount", "1e3"), "data.amount", unread},
			"an Exponent":           {with("amount", "1E3"), "data.amount", unread},
			"a plus":                {with("amount", "+1000"), "", unread},
			"hexadecimal":           {with("amount", "0x3e8"), "", unread},
			"leading zero":          {with("amount", "01000"), "", unread},
			"NaN":                   {with("amount", "NaN"), "", unread},
			"Infinity":              {with("amount", "Infinity"), "", unread},
			"other digits":          {with("amount", "١٠٠٠"), "", unread},
			"other digits in text":  {with("amount", `"１０００"`), "data.amount", unread},
			"true":                  {with("amount", "true"), "data.amount", unread},
			"a list of amounts":     {with("amount", "[1000]"), "data.amount", unread},
			"zero":                  {with("amount", "0"), "data.amount", range_},
			"minus zero":            {with("amount", "-0"), "data.amount", range_},
			"negative":              {with("amount", "-1000"), "data.amount", range_},
			"too large":             {with("amount", "1000000000001"), "data.amount", range_},
			"2^63":                  {with("amount", "9223372036854775808"), "data.amount", range_},
			"far too large":         {with("amount", strings.Repeat("9", 400)), "data.amount", range_},
			"far too small":         {with("amount", "-"+strings.Repeat("9", 400)), "data.amount", range_},
			"a tip of half a cent":  {with("tip", "0.5"), "data.tip", unread},
			"a tip above all":       {with("tip", "1001"), "data.tip", range_},
			"a negative tax":        {with("tax", "-1"), "data.tax", range_},
			"a number for a phone":  {with("phone", "987654321"), "data.phone", unread},
			"a currency in words":   {with("currency", `"soles"`), "data.currency", range_},
			"a small currency":      {with("currency", `"pen"`), "data.currency", range_},
			"test in words":         {with("test", `"yes"`), "data.test", unread},
			"no date":               {with("occurred_at", `"2027-02-30T12:00:00Z"`), "data.occurred_at", unread},
			"a date without zone":   {with("occurred_at", `"2027-03-05T12:00:00"`), "data.occurred_at", unread},
			"a date in seconds":     {with("occurred_at", `1772712000`), "data.occurred_at", unread},
			"the year 1":            {with("occurred_at", `"0001-01-01T00:00:00Z"`), "data.occurred_at", range_},
			"the year 9999":         {with("occurred_at", `"9999-12-31T23:59:59Z"`), "data.occurred_at", range_},
			"items in words":        {with("items", `"cake"`), "data.items", unread},
			"an item in words":      {with("items", `["cake"]`), "data.items[0]", unread},
			"an item for free":      {with("items", `[{"amount":1},{"amount":"free"}]`), "data.items[1].amount", unread},
			"an item given back":    {with("items", `[{"amount":-1}]`), "data.items[0].amount", range_},
			"half a cake":           {with("items", `[{"amount":1,"quantity":0.5}]`), "data.items[0].quantity", unread},
			"no cake":               {with("items", `[{"amount":1,"quantity":0}]`), "data.items[0].quantity", range_},
			"an unknown tender":     {with("tender", `[{"type":"shells","amount":1000}]`), "data.tender[0].type", range_},
			"tender that is short":  {with("tender", `[{"type":"cash","amount":999}]`), "data.tender", range_},
			"tender that overflows": {with("tender", `[{"type":"cash","amount":9223372036854775807},{"type":"cash","amount":9223372036854775807}]`), "data.tender[0].amount", range_},

			"a refund of nothing":   {`{"type":"refund.created","data":{"id":"R-1","purchase_id":"T-1","amount":0}}`, "data.amount", unread},
			"a refund of no sale":   {`{"type":"refund.created","data":{"id":"R-1"}}`, "data.purchase_id", unread},
			"a refund below zero":   {`{"type":"refund.created","data":{"id":"R-1","purchase_id":"T-1","amount":-5}}`, "data.amount", range_},
			"a refund with an eye":  {`{"type":"refund.created","data":{"id":"R-1","purchase_id":"` + "\u202e\x7f" + `"}}`, "data.purchase_id", range_},
			"a refund of fractions": {`{"type":"refund.created","data":{"id":"R-1","purchase_id":"T-1","amount":0.5}}`, "data.amount", unread},
		} {
			w := o.post(c.body)
			var told struct {
				Error struct{ Code, Message, Field string }
			}
			if err := json.Unmarshal(w.Body.Bytes(), &told); err != nil || told.Error.Code == "" || told.Error.Message == "" {
				t.Errorf("%s: %s %v", name, w.Body, err)
			}
			if w.Code != c.status || told.Error.Field != c.field {
				t.Errorf("%s: %d %s, want %d %q", name, w.Code, w.Body, c.status, c.field)
			}
		}
		if n := o.count("SELECT (SELECT COUNT(*) FROM purchases) + (SELECT COUNT(*) FROM refunds) + (SELECT COUNT(*) FROM parked)"); n != 0 {
			t.Errorf("%d rows were stored", n)
		}
	})
}

// What is odd and yet can be read does not lose the sale.
func TestOddSalesAreKept(t *testing.T) {
	each(t, func(t *testing.T, o *door) {
		for name, c := range map[string]struct{ data, want string }{
			"letters for a phone":   {`"phone":"ring me"`, `"warnings":[{"code":"phone"`},
			"a formula":             {`"phone":"=1+1"`, `"warnings":[{"code":"phone"`},
			"a short code":          {`"phone":"12345"`, `"warnings":[{"code":"phone"`},
			"a premium number":      {`"phone":"80512345"`, `"warnings":[{"code":"phone"`},
			"an endless phone":      {`"phone":"` + strings.Repeat("9", 300) + `"`, `"warnings":[{"code":"phone"`},
			"other digits":          {`"phone":"٩٨٧٦٥٤٣٢١"`, `"warnings":[{"code":"phone"`},
			"full-width digits":     {`"phone":"９８７６５４３２１"`, `"member":"known"`},
			"invisible letters":     {`"phone":"\u200b987\u202c654321"`, `"member":"known"`},
			"no phone":              {`"phone":""`, `"member":"none"`},
			"markup in a name":      {`"cashier":"<script>alert(1)</script>","items":[{"name":"=HYPERLINK(1)","amount":1000}]`, `"status":"kept"`},
			"a template in a name":  {`"cashier":"{{.}} %s %n {nombre}"`, `"status":"kept"`},
			"a known field in case": {`"Amount":5,"AMOUNT":"x"`, `"status":"kept"`},
			"fields of others":      {`"role":"owner","balance":1000000,"program_id":7,"till":9`, `"status":"kept"`},
			"a bad voucher":         {`"voucher":"NONE"`, `"voucher":{"code":"NONE","status":"refused"`},
			"another currency":      {`"currency":"USD","phone":"987654321"`, `"warnings":[{"code":"currency"`},
		} {
			w := o.post(`{"type":"purchase.completed","data":{"id":"` + name + `","amount":1000,` + c.data + `}}`)
			if w.Code != 200 || !strings.Contains(w.Body.String(), c.want) {
				t.Errorf("%s: %d %s", name, w.Code, w.Body)
			}
		}
		if n := o.count("SELECT COUNT(*) FROM purchases"); n != 15 {
			t.Errorf("%d of 15 kept", n)
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

// While the database is closing a till is asked to come back.
func TestBusy(t *testing.T) {
	o := open(t, db.SQLite)
	o.d.Close()
	w := o.post(`{"type":"purchase.completed","data":{"id":"T-1","amount":1000}}`)
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
}
