package rewards_test

import (
	"context"
	"strings"
	"testing"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

// warning is a text about points that end, as it stands in the outbox.
type warning struct {
	id          int64
	body, state string
}

func (s *shop) warnings() (all []warning) {
	s.t.Helper()
	s.read(func(ctx context.Context, tx *db.Tx) error {
		all = nil
		rows, err := tx.QueryContext(ctx, "SELECT id, body, state FROM messages WHERE program_id = $1 AND topic = 'expiry_warning' ORDER BY id", s.p.ID)
		if err != nil {
			return err
		}
		for rows.Next() {
			var w warning
			if err := rows.Scan(&w.id, &w.body, &w.state); err != nil {
				return err
			}
			all = append(all, w)
		}
		return rows.Err()
	})
	return all
}

// becomes sets what has become of the last warning at the clock's time.
func (s *shop) becomes(state string) {
	s.t.Helper()
	all := s.warnings()
	s.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE messages SET state = $3, final_at = $4 WHERE program_id = $1 AND id = $2", s.p.ID, all[len(all)-1].id, state, tx.Now)
		return err
	})
}

// nightly runs the rounds of expiry as serve does.
func (s *shop) nightly() {
	s.t.Helper()
	for _, do := range []round{rewards.DateAnew, rewards.LapseDue, rewards.LapseLeft, rewards.ProveWarnings, rewards.WarnDue} {
		s.round(do)
	}
	s.sound()
}

func (s *shop) wantWarnings(n int) {
	s.t.Helper()
	if all := s.warnings(); len(all) != n {
		s.t.Fatalf("%d warnings, want %d: %+v", len(all), n, all)
	}
}

// consents lets Ana be texted.
func (s *shop) consents() {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		if err := members.Wrote(ctx, tx, s.ana); err != nil {
			return err
		}
		s.ana, err = members.Agree(ctx, tx, s.ana, members.Declaration{Kind: members.ServiceTexts, Given: true, Door: "text", Actor: "member", Words: "ALTA"})
		return err
	})
}

func TestOneWarningADay(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.consents()
		s.expires(yearly)
		s.onClock("2027-01-10 10:00")
		s.bonus(30)
		s.bonus(20)
		s.onClock("2027-02-10 10:00")
		s.bonus(5)
		s.onClock("2028-01-17 23:00")
		s.nightly()
		s.wantWarnings(0)
		s.onClock("2028-01-18 00:00")
		if n := s.once(rewards.WarnDue, 1); n != 1 {
			t.Errorf("the round did %d", n)
		}
		s.nightly()
		s.nightly()
		s.wantWarnings(1)
		if body := s.warnings()[0].body; body != "Café Sol: 50 puntos vencen el 31 de enero. Para usarlos antes escribe PREMIOS." {
			t.Errorf("the warning says %q", body)
		}
		s.onClock("2028-02-16 00:00")
		s.nightly()
		s.wantWarnings(2)
		if body := s.warnings()[1].body; !strings.Contains(body, "5 puntos vencen el 29 de febrero") {
			t.Errorf("the warning says %q", body)
		}
		s.stands(5, 0, 0)
	})
}

// Who cannot be texted has the row alone; without proof their points go on their day.
func TestWhoCannotBeTexted(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.expires(rewards.Expiry{Mode: rewards.Rolling, Months: 1, WarnDays: 10})
		s.onClock("2027-01-10 10:00")
		s.bonus(30)
		s.onClock("2027-02-20 10:00")
		s.nightly()
		s.wantWarnings(0)
		s.read(func(ctx context.Context, tx *db.Tx) error {
			var rows, texts int64
			err := tx.QueryRowContext(ctx, "SELECT COUNT(*), SUM(message_id) FROM expiry_warnings WHERE program_id = $1", s.p.ID).Scan(&rows, &texts)
			if rows != 1 || texts != 0 {
				t.Errorf("%d rows, texts %d", rows, texts)
			}
			return err
		})
		s.onClock("2027-03-01 00:00")
		s.nightly()
		s.stands(0, 0, 0)
	})
}

func TestARenewedDayIsWarnedOfAnew(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.consents()
		s.expires(rewards.Expiry{Mode: rewards.Inactivity, Months: 1, WarnDays: 10})
		s.onClock("2027-01-10 10:00")
		s.bonus(30)
		s.onClock("2027-02-05 10:00")
		s.nightly()
		s.wantWarnings(1)
		s.bonus(10)
		s.nightly()
		s.wantWarnings(1)
		s.onClock("2027-02-28 10:00")
		s.nightly()
		s.wantWarnings(2)
		if body := s.warnings()[1].body; !strings.Contains(body, "40 puntos vencen el 5 de marzo") {
			t.Errorf("the warning says %q", body)
		}
	})
}

var proven = rewards.Expiry{Mode: rewards.Rolling, Months: 1, Proof: true, WarnDays: 14}

// With proof the day holds when the warning arrived a week before.
func TestAWarningInTime(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.consents()
		s.expires(proven)
		s.onClock("2027-01-10 10:00")
		s.bonus(30)
		s.onClock("2027-02-16 10:00")
		s.nightly()
		s.wantWarnings(1)
		s.onClock("2027-02-16 10:30")
		s.becomes("delivered")
		s.onClock("2027-02-16 12:00")
		s.nightly()
		if st := s.standing(); st.ExpiresAt != lima("2027-03-01 00:00") || st.ExpiringPoints != 30 {
			t.Errorf("SALDO says %+v", st)
		}
		s.onClock("2027-02-28 23:59")
		s.nightly()
		s.stands(30, 0, 0)
		s.onClock("2027-03-01 00:00")
		s.nightly()
		s.stands(0, 0, 0)
		s.wantWarnings(1)
	})
}

// A warning that arrives late moves the day to a week after it; one that does not arrive is texted again, three times in all.
func TestAWarningThatDoesNotArrive(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.consents()
		s.expires(proven)
		s.onClock("2027-01-10 10:00")
		s.bonus(30)
		s.onClock("2027-02-20 10:00")
		s.nightly()
		s.becomes("undelivered")
		for _, later := range []string{"2027-02-20 12:00", "2027-02-26 10:00"} {
			s.onClock(later)
			s.nightly()
			s.wantWarnings(1)
		}
		s.onClock("2027-02-27 10:00")
		s.nightly()
		s.wantWarnings(2)
		if body := s.warnings()[1].body; !strings.Contains(body, "30 puntos vencen el 6 de marzo") {
			t.Errorf("the second warning says %q", body)
		}
		s.onClock("2027-03-03 10:00") // past the day, and no answer yet
		s.nightly()
		s.stands(30, 0, 0)
		if st := s.standing(); st.Balance != 30 || st.ExpiresAt != 0 {
			t.Errorf("SALDO says %+v", st)
		}
		s.onClock("2027-03-06 10:00")
		s.nightly()
		s.wantWarnings(3)
		s.onClock("2027-03-06 11:00")
		s.becomes("delivered")
		s.onClock("2027-03-06 12:00")
		s.nightly()
		s.onClock("2027-03-13 10:59")
		s.nightly()
		s.stands(30, 0, 0)
		if st := s.standing(); st.ExpiresAt != lima("2027-03-13 11:00") {
			t.Errorf("SALDO says %+v", st)
		}
		s.onClock("2027-03-13 11:00")
		if err := s.debit(1); !isShort(err, 1) {
			t.Errorf("spending what is gone: %v", err)
		}
		s.nightly()
		s.stands(0, 0, 0)
		s.wantWarnings(3)
	})
}

func TestThreeWarningsAndNoMore(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.consents()
		s.expires(proven)
		s.onClock("2027-01-10 10:00")
		s.bonus(30)
		s.onClock("2027-02-20 10:00")
		for range 12 {
			s.nightly()
			s.becomes("failed")
			s.clock.Add(4 * day)
		}
		s.wantWarnings(3)
		s.stands(30, 0, 0)
		if err := s.debit(30); err != nil {
			t.Errorf("what is not proven can be spent: %v", err)
		}
	})
}

// A number that cannot be texted keeps its points while proof is asked for; they go by the rule once they can be warned.
func TestProofWaitsForWhoCannotBeTexted(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.expires(proven)
		s.onClock("2027-01-10 10:00")
		s.bonus(30)
		s.onClock("2027-02-20 10:00")
		s.nightly()
		s.onClock("2027-05-01 10:00")
		s.nightly()
		s.stands(30, 0, 0)
		s.consents()
		s.onClock("2027-05-09 10:00")
		s.nightly()
		s.wantWarnings(1)
		s.becomes("delivered")
		s.onClock("2027-05-09 12:00")
		s.nightly()
		s.onClock("2027-05-16 10:00")
		s.nightly()
		s.stands(0, 0, 0)
	})
}

func TestProofTurnedOnAndOff(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.consents()
		plain := proven
		plain.Proof = false
		s.expires(plain)
		s.onClock("2027-01-10 10:00")
		s.bonus(30)
		s.onClock("2027-02-20 10:00")
		s.nightly()
		s.becomes("delivered")
		s.onClock("2027-02-24 10:00")
		s.expires(proven) // the warning arrived before anybody asked for proof
		s.nightly()
		s.onClock("2027-03-01 00:00")
		s.nightly()
		s.stands(0, 0, 0)

		s.bonus(20) // to the end of April
		s.onClock("2027-05-20 10:00")
		s.nightly()
		s.stands(20, 0, 0)
		s.expires(plain) // only the missing warning kept them: one full period more
		s.wantLots(lot{20, lima("2027-07-01 00:00")})
		s.onClock("2027-07-01 00:00")
		s.nightly()
		s.stands(0, 0, 0)
	})
}

func TestNoWarningsWhereTheProgramWantsNone(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.consents()
		s.expires(rewards.Expiry{Mode: rewards.Rolling, Months: 1})
		s.bonus(30)
		s.onClock("2027-04-30 10:00")
		s.nightly()
		s.wantWarnings(0)
	})
}

// Points that come to a day which was warned of and proven go with it.
func TestPointsThatComeToAProvenDay(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.consents()
		s.expires(proven)
		s.gift(30, 10*day)
		s.nightly()
		s.becomes("delivered")
		s.clock.Add(2 * 60 * 60 * 1e9)
		s.nightly()
		end := s.lots()[0].expires
		if _, err := s.post(rewards.Posting{Kind: rewards.KindBonus, Delta: 5, Source: "late", ExpiresAt: end}); err != nil {
			t.Fatal(err)
		}
		s.nightly()
		s.wantWarnings(1)
		s.clock.Add(10 * day)
		s.nightly()
		s.stands(0, 0, 0)
	})
}

// Points that come home after the warning of their day arrived lapse on that day like the others; nobody is texted twice.
func TestPointsThatWereSpentWhenTheProofCame(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.consents()
		s.expires(proven)
		s.coffee(rewards.Unlimited)
		s.gift(50, 20*day)
		s.clock.Add(8 * day)
		s.nightly()
		if _, _, err := s.redeem(s.now(), 1); err != nil {
			t.Fatal(err)
		}
		s.becomes("delivered")
		s.clock.Add(2 * 60 * 60 * 1e9)
		s.nightly()
		s.exec("UPDATE vouchers SET expires_at = $1", s.clock.Now().UnixMilli())
		s.releaseDue()
		s.nightly()
		s.stands(50, 0, 0)
		s.clock.Add(20 * day)
		s.nightly()
		s.stands(0, 0, 0)
		s.wantWarnings(1)
	})
}

// Points of somebody who is merged now wait for a warning to who has them.
func TestMergedPointsWaitForTheirProof(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		luis := s.join("+51912345678") // may not be texted
		s.consents()
		s.expires(proven)
		s.give(luis, 30, 20*day)
		s.clock.Add(8 * day)
		s.nightly()
		s.wantWarnings(0)
		s.mustMerge(luis, s.ana)
		s.nightly()
		s.wantWarnings(1)
		s.becomes("delivered")
		s.clock.Add(2 * 60 * 60 * 1e9)
		s.nightly()
		s.clock.Add(20 * day)
		s.nightly()
		s.stands(0, 0, 0)
	})
}
