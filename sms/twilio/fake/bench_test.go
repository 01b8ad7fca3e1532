package fake_test

import (
	"context"
	"path/filepath"
	"testing"

	"fiel/sms"
	"fiel/sms/twilio"
	"fiel/sms/twilio/fake"
)

// BenchmarkPosts sends texts by the real client over the loopback, sixteen at once as a replica does, journal file included.
func BenchmarkPosts(b *testing.B) {
	s, err := fake.Start(fake.Options{Journal: filepath.Join(b.TempDir(), "journal.jsonl")})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	s.Set(fake.Faults{Callbacks: fake.Callbacks{Off: true}})
	c, err := twilio.New(twilio.Config{
		AccountSID: fake.AccountSID, Token: fake.Token, From: fake.Number, BaseURL: s.URL(), PublicURL: "https://shop.example",
	})
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	text := sms.Outgoing{MessageID: 7, Attempt: "0123456789abcdef0123456789abcdef", To: ana, Body: "Hola Ana, tienes 120 puntos."}
	b.SetParallelism(8)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if got := c.Send(context.Background(), text); got.Result != sms.Accepted {
				b.Errorf("%+v", got)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "posts/s")
}
