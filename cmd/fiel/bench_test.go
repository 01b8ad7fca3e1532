package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"testing"
	"time"
)

func benchmark(b *testing.B, n int) *bench {
	b.Helper()
	app := &App{Streams: Streams{Out: io.Discard, Err: io.Discard}, ctx: context.Background(), clock: time.Now, log: slog.New(slog.DiscardHandler)}
	return &bench{benchAllCmd: &benchAllCmd{Members: n, Clients: 64, For: time.Second}, app: app, dir: b.TempDir()}
}

// BenchmarkBlast sends a blast to 10,000 members through a fake Twilio on loopback, beside the same posts without a database.
func BenchmarkBlast(b *testing.B) {
	const people = 10_000
	one := benchmark(b, people)
	for i := 0; b.Loop(); i++ {
		bare, err := one.bare()
		if err != nil {
			b.Fatal(err)
		}
		s, err := one.stage(fmt.Sprint("blast", i), people, 0)
		if err != nil {
			b.Fatal(err)
		}
		blast, first, asked, err := s.blast(one.app.ctx, people)
		if err != nil {
			b.Fatal(err)
		}
		if err := s.close(); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(blast/bare, "of-bare-posts")
		b.ReportMetric(blast, "texts/s")
		b.ReportMetric(float64(first.Milliseconds()), "first-ms")
		b.ReportMetric(float64(percentile(asked, 0.99).Microseconds())/1000, "saldo-p99-ms")
	}
}

// BenchmarkPurchases compares group commit with a transaction for each purchase.
func BenchmarkPurchases(b *testing.B) {
	one := benchmark(b, 1000)
	for i := 0; b.Loop(); i++ {
		alone, _, err := one.till(fmt.Sprint("alone", i), true)
		if err != nil {
			b.Fatal(err)
		}
		group, p99, err := one.till(fmt.Sprint("group", i), false)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(group/alone, "of-one-each")
		b.ReportMetric(group, "purchases/s")
		b.ReportMetric(float64(p99.Microseconds())/1000, "p99-ms")
	}
}
