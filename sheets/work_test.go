package sheets_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
	"fiel/sheets"
)

func (c *cafe) cards(n int64) (codes []string) {
	c.Helper()
	c.write(func(ctx context.Context, tx *db.Tx) (err error) {
		codes, err = members.NewCards(ctx, tx, c.p.ID, n)
		return err
	})
	return codes
}

func TestCardsComeOver(t *testing.T) {
	inEachCafe(t, func(c *cafe) {
		cards := c.cards(4)
		c.run(c.imports(sheets.Members), "phone\n987654329\n")
		c.write(func(ctx context.Context, tx *db.Tx) error {
			owner, err := members.ByPhone(ctx, tx, c.p.ID, "+51987654329")
			if err == nil {
				_, err = members.GiveCard(ctx, tx, owner, cards[2])
			}
			if err == nil {
				_, err = members.LoseCard(ctx, tx, c.p.ID, cards[3])
			}
			return err
		})
		file := "phone,card,points\n987654321," + cards[0] + ",10\n987654322," + cards[0] + ",10\n987654323," + cards[2] + ",10\n" +
			"987654324," + cards[3] + ",10\n987654325,A-17,10\n987654326," + cards[1][:4] + " " + cards[1][4:] + ",\n"
		r := c.run(c.imports(sheets.Members), file)
		if r.Cards != 2 || r.New != 4 || r.Wrong != 2 {
			c.Errorf("%+v", r)
		}
		wantFaults(c.T, r.Errors, []string{"3: the same card stands on line 2 already", "4: the card \"" + cards[2] + "\" is another member's"})
		wantFaults(c.T, r.Notes, []string{"5: the card \"" + cards[3] + "\" is left out: it was reported lost", "6: the card \"A-17\" is left out: a card has 12 digits"})
		again := c.run(c.imports(sheets.Members), file)
		if again.Cards != 0 || again.New != 0 || again.Known != 4 || again.Wrong != 2 {
			c.Errorf("again: %+v", again)
		}
		for code, phone := range map[string]members.Phone{cards[0]: "+51987654321", cards[1]: "+51987654326", cards[2]: "+51987654329"} {
			c.read(func(ctx context.Context, tx *db.Tx) error {
				if m, err := members.ByCard(ctx, tx, c.p.ID, code); err != nil || m.Phone != phone {
					c.Errorf("card %s: %s, %v", code, m.Phone, err)
				}
				return nil
			})
		}
	})
}

// A file of 1,200 rows is cut short twice, brought over by two people at once, with a row in the middle that the ledger refuses, while
// the same people join and earn at the tills: each balance comes over once, and nobody else loses anything.
func TestAFileComesOverWhileTheShopIsOpen(t *testing.T) {
	inEachCafe(t, func(c *cafe) {
		const rows = 1200
		var file strings.Builder
		file.WriteString("phone,points,expires\n")
		for n := range rows {
			expires := ""
			if n == 777 {
				expires = "2020-01-01" // past its day
			}
			fmt.Fprintf(&file, "9876%05d,100,%s\n", n, expires)
		}
		var won sync.Map
		stop, done := make(chan struct{}), new(sync.WaitGroup)
		for till := range 3 {
			done.Go(func() { c.tills(till, rows, stop, &won) })
		}
		for cut := range 2 {
			ctx, cancel := context.WithCancel(c.Context())
			i, seen := c.imports(sheets.Members), 0
			i.Progress = func() {
				if seen++; seen == 500*(cut+1) {
					cancel()
				}
			}
			if _, err := i.Run(ctx, strings.NewReader(file.String())); err == nil {
				c.Error("it was not cut short")
			}
		}
		both := new(sync.WaitGroup)
		for range 2 {
			both.Go(func() {
				r, err := c.imports(sheets.Members).Run(c.Context(), strings.NewReader(file.String()))
				if err != nil || r.New+r.Known != rows-1 || r.Wrong != 1 {
					c.Errorf("%d new, %d known, %v %v", r.New, r.Known, r.Errors, err)
				}
			})
		}
		both.Wait()
		close(stop)
		done.Wait()
		c.read(func(ctx context.Context, tx *db.Tx) error {
			for n := range rows {
				phone, want := members.Phone(fmt.Sprintf("+519876%05d", n)), int64(100)
				if n == 777 {
					want = 0
				}
				if more, ok := won.Load(phone); ok {
					want += more.(int64)
				}
				m, err := members.ByPhone(ctx, tx, c.p.ID, phone)
				if n == 777 && db.NotFound(err) {
					continue
				}
				if err != nil || m.Balance != want {
					c.Errorf("%d: balance %d, want %d (%v)", n, m.Balance, want, err)
				}
			}
			found, err := rewards.Check(ctx, tx, c.p.ID)
			for _, f := range found {
				c.Errorf("%s: %s", f.Invariant, f.Text)
			}
			return err
		})
	})
}

// tills lets people of the file join and earn until stop; each of them at one till.
func (c *cafe) tills(till, rows int, stop <-chan struct{}, won *sync.Map) {
	for n := till; ; n += 3 {
		select {
		case <-stop:
			return
		default:
		}
		phone := members.Phone(fmt.Sprintf("+519876%05d", n%rows))
		err := c.d.Write(context.Background(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			hash := c.key.Hash(phone)
			if _, err := members.Touch(ctx, tx, c.p.ID, hash); err != nil {
				return err
			}
			m, _, err := members.Join(ctx, tx, c.p, members.Joining{Phone: phone, Hash: hash})
			if err != nil {
				return err
			}
			if m, err = members.Lock(ctx, tx, c.p.ID, m.ID); err != nil {
				return err
			}
			_, _, err = rewards.Bonus(ctx, tx, c.p, m, "", fmt.Sprint("till:", tx.ID()), 1, nil)
			return err
		})
		if err != nil {
			c.Errorf("till %d: %v", till, err)
			return
		}
		more, _ := won.LoadOrStore(phone, int64(0))
		won.Store(phone, more.(int64)+1)
	}
}

// Two programs in one database, the same people in both: a file is of one of them.
func TestAnExportIsOfOneProgram(t *testing.T) {
	inEachCafe(t, func(c *cafe) {
		luna := &cafe{T: c.T, d: c.d, key: c.key}
		luna.write(func(ctx context.Context, tx *db.Tx) (err error) {
			luna.p, err = members.CreateProgram(ctx, tx, members.NewProgram{
				Name: "Bar Luna", Country: "PE", Currency: "PEN", Zone: "America/Lima", Language: "es",
			})
			if err == nil {
				luna.store, err = members.CreateStore(ctx, tx, luna.p, members.NewStore{Name: "LUNATIC"})
			}
			return err
		})
		const file = "phone,name,points,card\n987654321,Ana,%d,%s\n987654322,Luis,%d,\n"
		luna.run(luna.imports(sheets.Members), fmt.Sprintf(file, 77001, luna.cards(1)[0], 77002))
		luna.run(luna.imports(sheets.Purchases), "phone,id,at,amount\n987654321,LUNATIC-1,2027-01-05,770.03\n")
		c.run(c.imports(sheets.Members), fmt.Sprintf(file, 55001, c.cards(1)[0], 55002))
		for _, s := range sheets.Sheets() {
			var out strings.Builder
			if _, err := s.Write(c.Context(), c.d, c.p, &out, func() {}); err != nil {
				c.Fatal(s.Name, err)
			}
			for _, trace := range []string{"Luna", "LUNATIC", ",77001,", ",77002,", ",77003,"} {
				if strings.Contains(out.String(), trace) {
					c.Errorf("%s holds %q of the other program", s.Name, trace)
				}
			}
		}
	})
}
