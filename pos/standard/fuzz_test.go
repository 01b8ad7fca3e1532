package standard_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"unicode/utf8"

	"fiel/db"
)

// FuzzWebhook signs whatever body it is given. Any answer will do, in JSON, but for a fault of ours.
func FuzzWebhook(f *testing.F) {
	o := open(f, db.SQLite)
	for _, body := range []string{
		`{"type":"purchase.completed","timestamp":"2027-03-05T12:00:00Z","data":{"id":"T-1","phone":"987654321","amount":1000,"currency":"PEN","occurred_at":"2027-03-05T06:55:00-05:00","tax":1,"tip":2,"items":[{"sku":"a","name":"b","category":"gift_card","quantity":1,"amount":900}],"tender":[{"type":"points","amount":1000}],"voucher":"BCDFGHJK","cashier":"c","test":false,"card":"1"}}`,
		`{"type":"refund.created","data":{"id":"R-1","purchase_id":"T-1","amount":10,"currency":"PEN","items":[{"amount":10}],"test":true}}`,
		`{"type":"purchase.refunded","data":{"id":"R-2","purchase_id":"T-2"}}`,
		`{"type":"purchase.completed","data":{"id":"T-3","amount":1000,"vouchers":["22222222","BCDFGHJK"]}}`,
		`{"type":"voucher.check","data":{"code":"22222222","amount":1000,"currency":"PEN","items":[{"sku":"a","category":"b","amount":900}]}}`,
		`{"type":"voucher.reserve","data":{"id":"V-1","code":"22222222","minutes":5,"approver":9}}`,
		`{"type":"voucher.release","data":{"id":"V-1","code":"22222222"}}`,
		`{"type":"voucher.redeem","test":true,"data":{"id":"V-1","code":"22222222","amount":1}}`,
		`{"type":"voucher.reverse","data":{"id":"V-1","code":"22222222","why":"x"}}`,
		`{"type":"shift.closed"}`, "\uFEFF{}", `{"a":{"a":1,"a":2}}`, `[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]`, `{"data":{"amount":1e3}}`, "\xff", `{"x":"\u0000"}`, `"\ud800"`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		o.t = t
		w := o.knock(o.signed(body))
		switch w.Code {
		case http.StatusOK, http.StatusBadRequest, http.StatusConflict, http.StatusUnprocessableEntity, http.StatusRequestEntityTooLarge:
		default:
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if !json.Valid(w.Body.Bytes()) || !utf8.Valid(w.Body.Bytes()) {
			t.Fatalf("the answer is no JSON: %q", w.Body)
		}
	})
}
