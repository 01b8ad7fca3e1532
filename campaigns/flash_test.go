package campaigns

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"fiel/db"
)

// Friday in Lima: 26 November 2027.
func TestFridayFlashSale(t *testing.T) {
	eachShop(t, "2027-11-22T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		ana, leo, eva := s.member("Ana"), s.member("Leo", "language = 'en'"), s.member("Eva", "marketing = FALSE")
		flash := s.started(NewCampaign{Recipe: "flash", Offer: Offer{Text: map[string]string{"es": "20% en todo", "en": "20% off"}, Kind: "percent", Value: 20}})
		s.at("2027-11-26 15:59")
		s.wants(ana)
		s.at("2027-11-26 16:00")
		s.wants(ana, "queued run")
		s.wants(eva, "left_out(consent) run")
		s.wantRuns(flash, "2027-11-26 running")
		all := s.texts()
		if !strings.HasPrefix(all[0].body, "Cafe Sol: Oferta flash, Ana: 20% en todo con el vale ") || !strings.HasSuffix(all[0].body, ", hoy hasta las 18:00. BAJA para salir") {
			t.Errorf("Ana reads %q", all[0].body)
		}
		if !strings.HasPrefix(all[1].body, "Cafe Sol: Flash sale, Leo: 20% off with voucher ") || !strings.HasSuffix(all[1].body, ", today until 6:00 pm. STOP to leave") {
			t.Errorf("Leo reads %q", all[1].body)
		}
		if n := s.count("SELECT COUNT(*) FROM vouchers WHERE run_id <> 0 AND state = 'issued' AND expires_at = $1", instant(t, "2027-11-26T23:00:00Z").UnixMilli()); n != 2 {
			t.Errorf("%d vouchers", n)
		}
		s.send()
		s.at("2027-11-26 16:05")
		s.wantRuns(flash, "2027-11-26 done")
		s.at("2027-12-03 16:00")
		s.wants(leo, "delivered run", "queued run")
	})
}

func TestBlastAsksForTheCount(t *testing.T) {
	eachShop(t, "2027-11-22T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		ana, leo := s.member("Ana"), s.member("Leo")
		s.member("Eva", "marketing = FALSE")
		blast := s.add(NewCampaign{Recipe: "blast", Name: "verano"})
		_, err := s.svc.Start(t.Context(), byAna, s.p.ID, blast.ID, 3)
		if db.CodeOf(err) != db.Refused || !strings.Contains(err.Error(), "type 2") {
			t.Errorf("the wrong count: %v", err)
		}
		if _, err := s.svc.Start(t.Context(), byAna, s.p.ID, blast.ID, 2); err != nil {
			t.Fatal(err)
		}
		s.wants(ana, "queued run")
		s.wants(leo, "queued run")
		if _, err := s.svc.Start(t.Context(), byAna, s.p.ID, blast.ID, 2); db.CodeOf(err) != db.Conflict {
			t.Errorf("started twice: %v", err)
		}
		s.send()
		s.at("2027-11-22 10:01")
		s.wantRuns(blast, "once done")
		if c, _ := s.svc.Report(t.Context(), s.p.ID, blast.ID); c.Campaign.State != Ended {
			t.Errorf("the blast is %s", c.Campaign.State)
		}
		if n := s.count("SELECT COUNT(*) FROM audits WHERE action = 'campaign.start'"); n != 1 {
			t.Errorf("%d starts in the audit", n)
		}
		s.finds(blast)
	})
}

// finds looks a campaign up by name and by id, and in the list.
func (s *shop) finds(c Campaign) {
	s.t.Helper()
	err := s.d.Read(s.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		for _, name := range []string{c.Name, strconv.FormatInt(c.ID, 10)} {
			if found, err := Find(ctx, tx, s.p.ID, name); err != nil || found.ID != c.ID {
				s.t.Errorf("%q finds %v, %v", name, found, err)
			}
		}
		if _, err := Find(ctx, tx, s.p.ID, "otro"); db.CodeOf(err) != db.Missing {
			s.t.Error(err)
		}
		all, err := List(ctx, tx, s.p.ID)
		if len(all) != 1 || all[0].ID != c.ID {
			s.t.Errorf("the list is %v", all)
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
}
