package campaigns

import (
	"context"
	"testing"

	"fiel/db"
	"fiel/sms"
)

func TestLapsedNeverTwiceForOneLapse(t *testing.T) {
	eachShop(t, "2027-06-01T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.started(NewCampaign{Recipe: "lapsed"})
		ana, never, long := s.member("Ana"), s.member("Nunca"), s.member("Largo")
		s.buys(ana, 501, 0)   // 1 June
		s.buys(long, 502, 95) // all three stages have passed: only the highest is due
		s.at("2027-06-30 11:00")
		s.wants(ana) // 29 days
		s.wants(long, "queued lapsed:502:90")
		s.send()
		s.at("2027-07-01 11:00")
		s.wants(ana, "queued lapsed:501:30")
		s.send()
		for _, day := range []string{"07-02", "07-03", "07-20", "07-30"} {
			s.at("2027-" + day + " 11:00")
		}
		s.wants(ana, "delivered lapsed:501:30")
		s.at("2027-07-31 11:00")
		s.wants(ana, "delivered lapsed:501:30", "queued lapsed:501:60")
		s.send()
		s.buys(ana, 777, 0) // she is back
		s.at("2027-08-29 11:00")
		s.wants(ana, "delivered lapsed:501:30", "delivered lapsed:501:60")
		s.at("2027-08-30 11:00")
		s.wants(ana, "delivered lapsed:501:30", "delivered lapsed:501:60", "queued lapsed:777:30")
		s.at("2028-08-30 11:00")
		s.wants(never)
		s.wants(long, "delivered lapsed:502:90")
	})
}

func TestLapsedAsksAgainOnlyWhoWasLeftOut(t *testing.T) {
	eachShop(t, "2027-06-01T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.started(NewCampaign{Recipe: "lapsed", Audience: []byte(`{"lapsed": [30]}`)})
		ana := s.member("Ana")
		s.buys(ana, 501, 40)
		s.agree(ana, false)
		s.at("2027-06-02 11:00")
		s.at("2027-06-03 11:00")
		s.wants(ana, "left_out(consent) lapsed:501:30")
		s.agree(ana, true)
		s.at("2027-06-09 11:00")
		s.wants(ana, "queued lapsed:501:30")
		s.at("2027-06-10 11:00")
		s.wants(ana, "queued lapsed:501:30")
	})
}

// Two cards of one person become one: what was told to either is not told again.
func TestNothingIsToldAgainAfterAMerge(t *testing.T) {
	eachShop(t, "2027-03-01T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.started(NewCampaign{Recipe: "lapsed"})
		old, into := s.member("Ana"), s.member("Ana")
		s.buys(old, 700, 31)
		s.at("2027-03-01 11:00")
		s.send()
		s.wants(old, "delivered lapsed:700:30")
		s.write(func(ctx context.Context, tx *db.Tx) error { return sms.HandKeys(ctx, tx, s.p.ID, old.ID, into.ID) })
		s.exec("UPDATE members SET phone = '', hash = '', merged_into = $2 WHERE id = $1", old.ID, into.ID)
		s.buys(into, 700, 31)
		s.at("2027-03-02 11:00")
		s.wants(into)
		s.at("2027-03-31 11:00") // the next stage is another text
		s.wants(into, "queued lapsed:700:60")
	})
}
