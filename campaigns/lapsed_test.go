package campaigns

import "testing"

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
