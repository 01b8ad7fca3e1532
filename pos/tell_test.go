package pos_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/pos"
	"fiel/rewards"
	"fiel/sms"
)

// texting gives the shop a sender and Rosa's consent, as her ALTA would.
func (s *shop) texting() {
	s.t.Helper()
	s.join(rosa)
	s.write(func(ctx context.Context, tx *db.Tx) error {
		if _, err := sms.AddEnvSender(ctx, tx, s.p.ID); err != nil {
			return err
		}
		_, err := members.Agree(ctx, tx, s.rosa(ctx, tx), members.Declaration{Kind: members.ServiceTexts, Given: true, Door: "text", Actor: "member"})
		return err
	})
}

// texts compares what was queued, oldest first: topic, class and what the body must contain.
func (s *shop) texts(want ...string) {
	s.t.Helper()
	var got []string
	err := s.d.Read(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.QueryContext(ctx, "SELECT topic, class, body FROM messages ORDER BY created_at, id")
		if err != nil {
			return err
		}
		for rows.Next() {
			var topic, body string
			var class sms.Class
			if err := rows.Scan(&topic, &class, &body); err != nil {
				return err
			}
			got = append(got, fmt.Sprint(topic, " ", class, ": ", body))
		}
		return rows.Err()
	})
	if err != nil {
		s.t.Fatal(err)
	}
	if len(got) != len(want) {
		s.t.Fatalf("%d texts, want %d: %q", len(got), len(want), got)
	}
	for i, text := range got {
		head, words, _ := strings.Cut(want[i], ": ")
		if !strings.HasPrefix(text, head) {
			s.t.Errorf("text %d is %q, want %q", i, text, want[i])
		}
		for _, word := range strings.Fields(words) {
			if !strings.Contains(text, word) {
				s.t.Errorf("text %d is %q and lacks %s", i, text, word)
			}
		}
	}
}

func TestAReceipt(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.texting()
		s.sells("200 credited known 10/15", s.sale("T-1"))
		s.sells("200 credited known 10/15", s.sale("T-1"))
		s.sells("200 credited known 0/15", s.sale("T-2", func(sale *pos.Sale) { sale.Amount = 100 }))
		s.texts("receipt reply: 10 15 Flor")
		s.clock.Add(time.Minute)
		s.refunds("200 applied known -5/10", s.refund("R-1", "T-1", 5000))
		s.clock.Add(time.Minute)
		s.sells("200 credited known 2/12", s.sale("T-3", func(sale *pos.Sale) {
			sale.Amount, sale.OccurredAt = 2000, s.clock.Now().Add(-20*time.Minute).UnixMilli()
		}))
		s.texts("receipt reply: 10 15", "refund_taken reply: 5 10", "receipt service: 2 12")
	})
}

func TestTheReceiptOfASaleThatCameBack(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.texting()
		s.refunds("200 parked  0/0 no_sale", s.refund("R-1", "T-1", 4000))
		s.sells("200 credited known 6/11 returned", s.sale("T-1"))
		s.refunds("200 parked  0/0 no_sale", s.refund("R-2", "T-2", 0))
		s.sells("200 credited known 0/11 returned", s.sale("T-2"))
		s.texts("receipt reply: 6 11")
	})
}

func TestWhoDidNotAgreeGetsNoReceipt(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.texting()
		s.join(pedro)
		s.sells("200 credited known 10/15", s.sale("T-1", func(sale *pos.Sale) { sale.Phone = pedro.E164() }))
		s.sells("200 held held 0/0", s.sale("T-2", func(sale *pos.Sale) { sale.Phone = number(1).E164() }))
		s.texts()
	})
}

// enrol has staff make a member.
func (s *shop) enrol(e pos.Enrolment) (m members.Member, joined bool, err error) {
	e.Actor, e.Door = "staff:7", "page"
	err = s.d.Write(context.Background(), db.Interactive, func(ctx context.Context, tx *db.Tx) (err error) {
		m, joined, _, err = pos.Enrol(ctx, tx, s.key, s.p, e)
		return err
	})
	return m, joined, err
}

func TestStaffEnrolSomebody(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.texting()
		s.set("countries", "CL,US")
		abroad := members.Phone("+56961234567")
		s.sells("200 held held 0/0", s.sale("T-1", func(sale *pos.Sale) { sale.Phone = abroad.E164() }))
		m, joined, err := s.enrol(pos.Enrolment{Phone: abroad, Name: "pedro", Store: s.store.ID})
		if err != nil || !joined || m.Balance != 15 || !m.Service || m.Marketing || m.Name != "Pedro" || m.StoreID != s.store.ID {
			t.Errorf("%+v %v %v", m, joined, err)
		}
		s.texts("welcome_staff service: Pedro 15 SI BAJA")
		if n := s.count("SELECT COUNT(*) FROM questions WHERE kind = 'marketing' AND member_id = $1", m.ID); n != 1 {
			t.Errorf("%d questions", n)
		}
		if n := s.count("SELECT COUNT(*) FROM consents WHERE kind = 'service' AND given AND words <> '' AND actor = 'staff:7' AND member_id = $1", m.ID); n != 1 {
			t.Errorf("%d consents", n)
		}
		if n := s.count("SELECT COUNT(*) FROM audits WHERE action = 'member.enrol' AND actor = 'staff:7'"); n != 1 {
			t.Errorf("%d acts", n)
		}
		again, joined, err := s.enrol(pos.Enrolment{Phone: abroad})
		if err != nil || joined || again.ID != m.ID || again.Balance != 15 {
			t.Errorf("again: %+v %v %v", again, joined, err)
		}
		s.texts("welcome_staff service: Pedro")
	})
}

// In Peru only people who wrote first may be written to.
func TestWhoMustWriteFirstIsNotWrittenTo(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.texting()
		m, joined, err := s.enrol(pos.Enrolment{Phone: pedro})
		if err != nil || !joined || !m.Service || m.Balance != 5 {
			t.Errorf("%+v %v %v", m, joined, err)
		}
		s.sells("200 credited known 10/15", s.sale("T-1", func(sale *pos.Sale) { sale.Phone = pedro.E164() }))
		s.texts()
		if n := s.count("SELECT COUNT(*) FROM questions"); n != 0 {
			t.Error("asked without a text")
		}
	})
}

// Whoever left by text comes back by text; staff cannot undo it.
func TestEnrollingWhoHasLeft(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.texting()
		s.write(func(ctx context.Context, tx *db.Tx) error {
			return members.Stop(ctx, tx, s.p.ID, s.key.Hash(rosa), s.rosa(ctx, tx), members.Declaration{Door: "text", Actor: "member", Words: "BAJA"})
		})
		m, joined, err := s.enrol(pos.Enrolment{Phone: rosa})
		if err != nil || !joined || m.Left() || m.Service || m.Balance != 5 {
			t.Errorf("%+v %v %v", m, joined, err)
		}
		s.sells("200 credited known 10/15", s.sale("T-1"))
		s.texts()
	})
}

func TestNumbersThatCannotJoin(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		for _, phone := range []members.Phone{"", "+34612345678", "+8835100123456"} {
			if _, _, err := s.enrol(pos.Enrolment{Phone: phone}); db.CodeOf(err) != db.Refused {
				t.Errorf("%s: %v", phone, err)
			}
		}
		if _, _, err := s.enrol(pos.Enrolment{Phone: rosa, Name: "<b>"}); db.CodeOf(err) != db.Invalid {
			t.Errorf("name: %v", err)
		}
	})
}

// A till that was without a line reports what was sold at noon in the night: all texts about it wait for their hours.
func TestTextsAboutALateSaleWait(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.texting()
		v := s.grant(rosa, 500)
		sold := s.clock.Now()
		s.clock.Add(15 * time.Hour)
		s.sells("200 credited known 10/15", s.sale("T-1", func(sale *pos.Sale) { sale.Voucher, sale.OccurredAt = v.Code, sold.UnixMilli() }))
		s.texts("voucher_used service: "+v.Code, "receipt service: 15")
	})
}

// Staff cannot have somebody brought by a friend with a number that was a member's until now.
func TestNobodyIsBroughtAgain(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		var code string
		s.write(func(ctx context.Context, tx *db.Tx) (err error) {
			_, err = rewards.AddAction(ctx, tx, s.p, rewards.NewAction{Name: "Amigo", Kind: rewards.ReferralAction, Points: 300})
			if err == nil {
				code, err = rewards.MemberCode(ctx, tx, s.p, s.rosa(ctx, tx))
			}
			return err
		})
		if _, err := s.move(s.member(rosa), pedro); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.enrol(pos.Enrolment{Phone: rosa, FriendOf: code}); db.CodeOf(err) != db.Refused {
			t.Errorf("Rosa brings her old number: %v", err)
		}
		if _, joined, err := s.enrol(pos.Enrolment{Phone: number(1), FriendOf: code}); err != nil || !joined {
			t.Error(err)
		}
	})
}
