package standard_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// bad is an input that is refused, with the status and the field that are answered.
type bad struct {
	body, field string
	status      int
}

const (
	unread     = http.StatusBadRequest
	outOfRange = http.StatusUnprocessableEntity
)

// Every class of malformed input is refused with the field named, never with a 5xx, and nothing of it is stored.
func TestWhatCannotBeRead(t *testing.T) {
	each(t, func(t *testing.T, o *door) {
		for _, inputs := range []map[string]bad{badBodies(), badIds(), badValues(), badRefunds(), badVouchers()} {
			for name, c := range inputs {
				o.refuses(name, c)
			}
		}
		if n := o.count("SELECT (SELECT COUNT(*) FROM purchases) + (SELECT COUNT(*) FROM refunds) + (SELECT COUNT(*) FROM parked) + (SELECT COUNT(*) FROM voucher_events)"); n != 0 {
			t.Errorf("%d rows were stored", n)
		}
	})
}

func (o *door) refuses(name string, c bad) {
	w := o.post(c.body)
	var told struct {
		Error struct{ Code, Message, Field string }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &told); err != nil || told.Error.Code == "" || told.Error.Message == "" {
		o.t.Errorf("%s: %s %v", name, w.Body, err)
	}
	if w.Code != c.status || told.Error.Field != c.field {
		o.t.Errorf("%s: %d %s, want %d %q", name, w.Code, w.Body, c.status, c.field)
	}
}

// sale is an event with the data given; with is a good sale but for one field.
func sale(data string) string { return `{"type":"purchase.completed","data":{` + data + `}}` }

func with(field, value string) string {
	all := map[string]string{"id": `"T-1"`, "phone": `"987654321"`, "amount": `1000`}
	all[field] = value
	var list []string
	for name, v := range all {
		list = append(list, `"`+name+`":`+v)
	}
	return sale(strings.Join(list, ","))
}

func refund(data string) string { return `{"type":"refund.created","data":{"id":"R-1",` + data + `}}` }

func badBodies() map[string]bad {
	return map[string]bad{
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
	}
}

func badIds() map[string]bad {
	return map[string]bad{
		"no id":             {sale(`"amount":1000`), "data.id", unread},
		"an id of numbers":  {with("id", "1041"), "data.id", unread},
		"an empty id":       {with("id", `""`), "data.id", outOfRange},
		"an id of blanks":   {with("id", `"  "`), "data.id", outOfRange},
		"an endless id":     {with("id", `"`+strings.Repeat("x", 129)+`"`), "data.id", outOfRange},
		"an id with a bell": {with("id", `"\u0007"`), "data.id", outOfRange},
	}
}

func badValues() map[string]bad {
	return map[string]bad{
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
		"zero":                  {with("amount", "0"), "data.amount", outOfRange},
		"minus zero":            {with("amount", "-0"), "data.amount", outOfRange},
		"negative":              {with("amount", "-1000"), "data.amount", outOfRange},
		"too large":             {with("amount", "1000000000001"), "data.amount", outOfRange},
		"2^63":                  {with("amount", "9223372036854775808"), "data.amount", outOfRange},
		"far too large":         {with("amount", strings.Repeat("9", 400)), "data.amount", outOfRange},
		"far too small":         {with("amount", "-"+strings.Repeat("9", 400)), "data.amount", outOfRange},
		"a tip of half a cent":  {with("tip", "0.5"), "data.tip", unread},
		"a tip above all":       {with("tip", "1001"), "data.tip", outOfRange},
		"a negative tax":        {with("tax", "-1"), "data.tax", outOfRange},
		"a number for a phone":  {with("phone", "987654321"), "data.phone", unread},
		"a currency in words":   {with("currency", `"soles"`), "data.currency", outOfRange},
		"a small currency":      {with("currency", `"pen"`), "data.currency", outOfRange},
		"test in words":         {with("test", `"yes"`), "data.test", unread},
		"no date":               {with("occurred_at", `"2027-02-30T12:00:00Z"`), "data.occurred_at", unread},
		"a date without zone":   {with("occurred_at", `"2027-03-05T12:00:00"`), "data.occurred_at", unread},
		"a date in seconds":     {with("occurred_at", `1772712000`), "data.occurred_at", unread},
		"the year 1":            {with("occurred_at", `"0001-01-01T00:00:00Z"`), "data.occurred_at", outOfRange},
		"the year 9999":         {with("occurred_at", `"9999-12-31T23:59:59Z"`), "data.occurred_at", outOfRange},
		"items in words":        {with("items", `"cake"`), "data.items", unread},
		"an item in words":      {with("items", `["cake"]`), "data.items[0]", unread},
		"an item for free":      {with("items", `[{"amount":1},{"amount":"free"}]`), "data.items[1].amount", unread},
		"an item given back":    {with("items", `[{"amount":-1}]`), "data.items[0].amount", outOfRange},
		"half a cake":           {with("items", `[{"amount":1,"quantity":0.5}]`), "data.items[0].quantity", unread},
		"no cake":               {with("items", `[{"amount":1,"quantity":0}]`), "data.items[0].quantity", outOfRange},
		"an unknown tender":     {with("tender", `[{"type":"shells","amount":1000}]`), "data.tender[0].type", outOfRange},
		"tender that is short":  {with("tender", `[{"type":"cash","amount":999}]`), "data.tender", outOfRange},
		"tender that overflows": {with("tender", `[{"type":"cash","amount":9223372036854775807},{"type":"cash","amount":9223372036854775807}]`), "data.tender[0].amount", outOfRange},
	}
}

func badRefunds() map[string]bad {
	return map[string]bad{
		"a refund of nothing":   {refund(`"purchase_id":"T-1","amount":0`), "data.amount", unread},
		"a refund of no sale":   {refund(`"x":1`), "data.purchase_id", unread},
		"a refund below zero":   {refund(`"purchase_id":"T-1","amount":-5`), "data.amount", outOfRange},
		"a refund with an eye":  {refund(`"purchase_id":"` + "\u202e\x7f" + `"`), "data.purchase_id", outOfRange},
		"a refund of fractions": {refund(`"purchase_id":"T-1","amount":0.5`), "data.amount", unread},
	}
}

func badVouchers() map[string]bad {
	ask := func(kind, data string) string {
		return `{"type":"voucher.` + kind + `","data":{"code":"22222222",` + data + `}}`
	}
	return map[string]bad{
		"vouchers in words":     {with("vouchers", `"BCDFGHJK"`), "data.vouchers", unread},
		"a voucher in numbers":  {with("vouchers", `["BCDFGHJK",7]`), "data.vouchers[1]", unread},
		"six vouchers":          {with("vouchers", `["a","b","c","d","e","f"]`), "data.vouchers", outOfRange},
		"no code":               {`{"type":"voucher.check","data":{"id":"V-1"}}`, "data.code", unread},
		"a code of numbers":     {`{"type":"voucher.check","data":{"code":22222222}}`, "data.code", unread},
		"a use without id":      {ask("redeem", `"x":1`), "data.id", unread},
		"a hold without id":     {ask("reserve", `"id":""`), "data.id", outOfRange},
		"held for ever":         {ask("reserve", `"id":"V-1","minutes":31`), "data.minutes", outOfRange},
		"held for no time":      {ask("reserve", `"id":"V-1","minutes":0`), "data.minutes", unread},
		"approved by a name":    {ask("redeem", `"id":"V-1","approver":"Luz"`), "data.approver", unread},
		"a sale below zero":     {ask("check", `"amount":-1`), "data.amount", outOfRange},
		"a sale of fractions":   {ask("check", `"amount":9.5`), "data.amount", unread},
		"a check with half tea": {ask("check", `"items":[{"amount":1,"quantity":0.5}]`), "data.items[0].quantity", unread},
	}
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
