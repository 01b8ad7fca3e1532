package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"fiel/campaigns"
	"fiel/db"
	"fiel/members"
	"fiel/pos/standard"
	"fiel/sms"
	"fiel/sms/simulator"
	"fiel/templates"
	"fiel/web"
)

// page is what the demo's page shows and does.
func (c *cafe) page(h *house, phone *simulator.Simulator) *web.Demo {
	here := c.program.Location()
	return &web.Demo{
		Program: c.program.Name, Currency: c.program.Currency, Phone: demoPhone,
		Words: []string{"ALTA", "SALDO", "PREMIOS", "CANJEAR 1", "NIVEL", "AMIGO", demoCode, "PORQUE", "AYUDA", "SOLDE", "积分", "BAJA"},
		Now: func() string {
			now := c.clock.Now().In(here)
			return fmt.Sprintf("las %s del %s %s", now.Format("15:04"), templates.Weekday("es", now), templates.DateYear("es", now))
		},
		Parse: func(raw string) (string, error) {
			p, err := members.ParsePhone(raw, c.program.Country)
			return p.E164(), err
		},
		Thread: func(number string) []web.Bubble {
			list := []web.Bubble{}
			for _, line := range phone.Thread(number, 0) {
				list = append(list, web.Bubble{Mine: line.ToShop, Body: line.Body, At: line.At.In(here).Format("02/01 15:04")})
			}
			return list
		},
		Facts:   func(ctx context.Context) ([]web.Fact, error) { return c.facts(ctx, h) },
		Text:    func(ctx context.Context, number, body string) error { return c.text(ctx, phone, number, body) },
		Buy:     func(ctx context.Context, number, amount string) error { return c.buy(ctx, h, number, amount) },
		NextDay: func(ctx context.Context) (web.Day, error) { return c.nextDay(ctx, h) },
	}
}

func (c *cafe) facts(ctx context.Context, h *house) ([]web.Fact, error) {
	var n int64
	err := c.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = members.Count(ctx, tx, c.program.ID)
		return err
	})
	return []web.Fact{
		{Name: "Miembros", Value: strconv.FormatInt(n, 10)},
		{Name: "Textos que salieron", Value: strconv.FormatInt(h.worker.Stats.Accepted.Load(), 10)},
		{Name: "Regla", Value: "1 punto por cada " + templates.Money("es", c.program.Currency, 200)},
		{Name: "Sellos", Value: "10 cafes, el 11 gratis"},
		{Name: "Niveles", Value: "Plata y Oro"},
		{Name: "En Instagram", Value: "clave " + demoCode},
		{Name: "Bienvenida", Value: fmt.Sprintf("%d puntos", c.program.JoinBonus)},
	}, err
}

// text sends what somebody writes. Each takes two minutes and a little of the café's time: who tries one word after another is not to
// fall silent as a flood of texts would.
func (c *cafe) text(ctx context.Context, phone *simulator.Simulator, number, body string) error {
	c.clock.Set(c.clock.Now().Add(2*time.Minute + time.Second))
	_, err := phone.Text(ctx, number, body)
	return err
}

// buy reports a purchase as a till does: signed, to the till's own address.
func (c *cafe) buy(ctx context.Context, h *house, number, amount string) error {
	minor, err := parseMoney(amount)
	if err != nil {
		return err
	}
	body, err := json.Marshal(map[string]any{"type": "purchase.completed", "data": map[string]any{
		"id": "P-" + rand.Text()[:10], "phone": number, "amount": minor, "currency": c.program.Currency, "occurred_at": c.clock.Now().Format(time.RFC3339),
		"items": []map[string]any{{"sku": "CAP", "name": "Capuchino", "category": "cafe", "amount": minor}},
	}})
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.app.publicURL()+"/webhooks/standard/"+c.till.Path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	if r.Header, err = standard.Headers(c.secret, "msg_"+rand.Text(), c.clock.Now(), body); err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return db.Errorf(db.Busy, "the till's door does not answer: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(res.Body, 500))
		return db.Errorf(db.Invalid, "the till's door says: %s", text)
	}
	return c.quiet(ctx)
}

// parseMoney reads an amount with up to two decimals, after a point or a comma, as minor units.
func parseMoney(s string) (int64, error) {
	f, err := strconv.ParseFloat(strings.Replace(strings.TrimSpace(s), ",", ".", 1), 64)
	minor := math.Round(f * 100)
	if err != nil || minor < 1 || minor > 1_000_000_00 || math.Abs(minor-f*100) > 1e-6 {
		return 0, db.Errorf(db.Invalid, "Escribe un importe como 25.00, de 0.01 a 1000000.00.")
	}
	return int64(minor), nil
}

// nextDay moves the clock a day, hour by hour, and tells what went out.
func (c *cafe) nextDay(ctx context.Context, h *house) (web.Day, error) {
	ctx = sms.WithWaker(ctx, h.worker.Wake)
	from := c.clock.Now()
	until := from.Add(24 * time.Hour)
	for at := from.Truncate(time.Hour).Add(time.Hour); ; at = at.Add(time.Hour) {
		if at.After(until) {
			at = until
		}
		c.clock.Set(at)
		if err := h.calendar.Tick(ctx, c.clock.Now()); err != nil {
			return web.Day{}, err
		}
		h.worker.Wake()
		if err := c.quiet(ctx); err != nil {
			return web.Day{}, err
		}
		if at.Equal(until) {
			break
		}
	}
	return c.whatWentOut(ctx, from, c.clock.Now())
}

// quiet waits until what can leave has left.
func (c *cafe) quiet(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for {
		var n int64
		err := c.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			n, err = sms.Waiting(ctx, tx, c.program.ID)
			return err
		})
		if err != nil || n == 0 {
			return err
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			return db.Errorf(db.Busy, "texts are still waiting to leave")
		}
	}
}

func (c *cafe) whatWentOut(ctx context.Context, from, until time.Time) (web.Day, error) {
	here := c.program.Location()
	day := web.Day{Date: templates.Date("es", until.In(here))}
	err := c.db.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		sent, err := sms.SentBetween(ctx, tx, c.program.ID, sms.Service, from.UnixMilli(), until.UnixMilli()+1, 500)
		day.Texts = nil
		for _, m := range sent {
			day.Texts = append(day.Texts, web.DayText{
				At: time.UnixMilli(m.SentAt).In(here).Format("15:04"), To: m.Phone.String(), Topic: topic(m.Topic), Body: m.Body,
			})
		}
		return err
	})
	return day, err
}

// topic is what a text was about, in words.
func topic(name string) string {
	if r, err := campaigns.RecipeByName(name); err == nil {
		return r.Title["es"]
	}
	return "Tus puntos"
}
