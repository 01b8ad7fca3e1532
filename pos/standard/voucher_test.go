package standard_test

import (
	"context"
	"strings"
	"testing"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

// A till's way with a voucher: look, hold, sell, and the sale that comes back.
func TestAVoucherAtATill(t *testing.T) {
	each(t, func(t *testing.T, o *door) {
		var v rewards.Voucher
		o.write(func(ctx context.Context, tx *db.Tx) error {
			m, err := members.ByPhone(ctx, tx, o.p.ID, rosa)
			if err != nil {
				return err
			}
			v, err = rewards.Grant(ctx, tx, o.p, m, rewards.Terms{Name: "5 menos", Kind: "amount", Value: 500, Minimum: 1000, ExpiresAt: tx.Now + 24*60*60*1000}, 0)
			return err
		})
		facts := `{"name":"5 menos","kind":"amount","value":500,"minimum":1000,"state":"STATE","from":"2027-03-05T07:00:00-05:00","until":"2027-03-06T07:00:00-05:00"`
		with := func(state, more string) string { return strings.Replace(facts, "STATE", state, 1) + more + "}" }
		for _, step := range []struct{ body, want string }{
			{`{"type":"voucher.check","data":{"code":"CODE"}}`, `{"status":"good","code":"CODE","voucher":` + with("issued", `,"member":"+51•••••321"`) + `,"notes":["look that the sale comes to at least S/ 10"]}`},
			{`{"type":"voucher.check","data":{"code":"CODE","amount":999}}`, `{"status":"refused","code":"CODE","reason":"refused","message":"that voucher asks for a sale of at least S/ 10: this one comes to S/ 9.99","voucher":` + with("issued", `,"member":"+51•••••321"`) + `}`},
			{`{"type":"voucher.check","data":{"code":"22222222"}}`, `{"status":"refused","code":"22222222","reason":"missing","message":"there is no voucher with that code"}`},
			{`{"type":"voucher.reserve","data":{"id":"V-1","code":"CODE","amount":1500,"minutes":2}}`, `{"status":"reserved","id":"V-1","code":"CODE","voucher":` + with("reserved", `,"reserved_until":"2027-03-05T07:02:00-05:00"`) + `}`},
			{`{"type":"purchase.completed","data":{"id":"T-1","phone":"987654321","amount":1000,"vouchers":["CODE","NONE"]}}`, `{"status":"credited","id":"T-1","member":"known","points":1,"balance":1,"vouchers":[{"code":"CODE","status":"used"},{"code":"NONE","status":"refused","message":"a code has 8 letters and digits: look at it again"}]}`},
			{`{"type":"voucher.reverse","data":{"id":"V-2","code":"CODE","why":"paid without it"}}`, `{"status":"reversed","id":"V-2","code":"CODE","voucher":` + with("issued", "") + `}`},
			{`{"type":"voucher.redeem","data":{"id":"V-3","code":"CODE"}}`, `{"status":"used","id":"V-3","code":"CODE","voucher":` + with("redeemed", "") + `,"notes":["look that the sale comes to at least S/ 10"]}`},
			{`{"type":"voucher.redeem","data":{"id":"V-3","code":"CODE"}}`, `{"status":"used","id":"V-3","code":"CODE","voucher":` + with("redeemed", "") + `,"notes":["look that the sale comes to at least S/ 10"]}`},
			{`{"type":"voucher.release","data":{"id":"V-4","code":"CODE"}}`, `{"status":"refused","id":"V-4","code":"CODE","reason":"conflict","message":"that voucher was used already","voucher":` + with("redeemed", "") + `}`},
			{`{"type":"voucher.other","data":{}}`, `{"status":"ignored"}`},
		} {
			body, want := strings.ReplaceAll(step.body, "CODE", v.Code), strings.ReplaceAll(step.want, "CODE", v.Code)
			if w := o.post(body); w.Code != 200 || w.Body.String() != want {
				t.Errorf("%s\n got %d %s\nwant %s", body, w.Code, w.Body, want)
			}
		}
		if strings.Contains(o.log.String(), "987654321") {
			t.Error("a number in the log:", o.log.String())
		}
	})
}
