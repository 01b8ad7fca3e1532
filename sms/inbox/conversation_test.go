package inbox_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"fiel/db"
	"fiel/db/dbtest"
	"fiel/members"
	"fiel/rewards"
	"fiel/sms"
	"fiel/sms/inbox"
	"fiel/sms/twilio"
)

var update = flag.Bool("update", false, "write the replies of the conversations as they are now")

// shop is a program with an inbox, a reward and a clock.
type shop struct {
	t       *testing.T
	db      *db.DB
	clock   *dbtest.Clock
	program members.Program
	box     *inbox.Inbox
	texts   int
	said    map[string]string // codes seen, by the name that stands for them
}

func open(t *testing.T, d *db.DB, clock *dbtest.Clock, n members.NewProgram) *shop {
	t.Helper()
	book, err := inbox.Load("es", "en")
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{t: t, db: d, clock: clock, box: &inbox.Inbox{DB: d, Key: members.NewKey(), Book: book}, said: map[string]string{}}
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		if s.program, err = members.CreateProgram(ctx, tx, n); err != nil {
			return err
		}
		if _, err = members.CreateStore(ctx, tx, s.program, members.NewStore{Name: "Miraflores"}); err != nil {
			return err
		}
		if _, err = sms.AddEnvSender(ctx, tx, s.program.ID); err != nil {
			return err
		}
		_, err = sms.BindEnvSender(ctx, tx, s.program.ID, sms.Address{AccountSID: account, Number: shopNumber, Token: "x"})
		return err
	})
	return s
}

const (
	account    = "AC00000000000000000000000000000001"
	shopNumber = "+5115550100"
)

func (s *shop) write(f func(context.Context, *db.Tx) error) {
	s.t.Helper()
	if err := s.db.Write(s.t.Context(), db.Interactive, f); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) text(from, body string) string {
	s.t.Helper()
	s.texts++
	a, err := s.box.Receive(s.t.Context(), sms.Inbound{
		ProviderID: fmt.Sprintf("SM%032x", s.texts), AccountSID: account, To: shopNumber, From: from, Body: body, Handled: twilio.Answers(body),
	})
	if err != nil {
		s.t.Fatalf("%s texts %q: %v", from, body, err)
	}
	return a.Body
}

// do runs a line of a conversation that begins with "!": what happens besides texting.
func (s *shop) do(phone, line string) {
	s.t.Helper()
	words := strings.Fields(line)
	switch words[0] {
	case "wait":
		d, err := time.ParseDuration(words[1])
		if err != nil {
			s.t.Fatal(err)
		}
		s.clock.Add(d)
	case "credit":
		points, _ := strconv.ParseInt(words[1], 10, 64)
		s.write(func(ctx context.Context, tx *db.Tx) error {
			m, err := members.ByPhone(ctx, tx, s.program.ID, members.Phone(phone))
			if err != nil {
				return err
			}
			_, _, err = rewards.Credit(ctx, tx, s.program, rewards.Crediting{Member: m.ID, Points: points, Reason: strings.Join(words[2:], " "), Actor: "cli", Door: "cli"})
			return err
		})
	case "reward":
		number, _ := strconv.ParseInt(words[1], 10, 64)
		cost, _ := strconv.ParseInt(words[2], 10, 64)
		s.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := rewards.AddReward(ctx, tx, s.program, rewards.NewReward{
				Number: number, Name: strings.Join(words[3:], " "), Kind: rewards.FreeItem, Cost: cost, Stock: rewards.Unlimited, Days: 7,
			})
			return err
		})
	case "use":
		s.write(func(ctx context.Context, tx *db.Tx) error {
			used, err := rewards.Use(ctx, tx, s.program, rewards.Using{Code: s.said[words[1]], Actor: "cli", Door: "cli"})
			if err == nil {
				err = used.Why
			}
			return err
		})
	default:
		s.t.Fatalf("%q is nothing a conversation can do", line)
	}
}

var code = regexp.MustCompile(`\b[23456789BCDFGHJKMNPQRSTVWXYZ]{8}\b`)

// steady puts names for the codes, which are random.
func (s *shop) steady(text string) string {
	return code.ReplaceAllStringFunc(text, func(c string) string {
		for name, seen := range s.said {
			if seen == c {
				return name
			}
		}
		name := "CODE" + strconv.Itoa(len(s.said)+1)
		s.said[name] = c
		return name
	})
}

// TestConversations plays the files of testdata/conversations: "> text" is what a phone texts, "< text" what it is answered, "!" is
// what happens meanwhile, "@ +51..." changes the phone. Run with -update to write the answers as they are now, and read them.
func TestConversations(t *testing.T) {
	files, err := filepath.Glob("testdata/conversations/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no conversations", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			clock := new(dbtest.Clock)
			dbtest.Each(t, func(t *testing.T, d *db.DB) { play(t, d, clock, file) }, dbtest.WithClock(clock))
		})
	}
}

func play(t *testing.T, d *db.DB, clock *dbtest.Clock, file string) {
	clock.Set(dbtest.Start())
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	n := members.NewProgram{Name: "Cafe Flor", Contact: "01 555 0100", Country: "PE", Currency: "PEN", Zone: "America/Lima", Language: "es", Countries: "US", JoinBonus: 20}
	s := open(t, d, clock, n)
	phone, answer := "+51987654321", ""
	var out []string
	lines := bufio.NewScanner(strings.NewReader(string(text)))
	for lines.Scan() {
		line := lines.Text()
		mark, rest, _ := strings.Cut(line, " ")
		switch mark {
		case "@":
			phone = rest
		case "!":
			s.do(phone, rest)
		case ">":
			answer = s.steady(s.text(phone, rest))
			out = append(out, line)
			if answer != "" {
				out = append(out, "< "+strings.ReplaceAll(answer, "\n", "\n< "))
			}
			continue
		case "<":
			continue
		}
		out = append(out, line)
	}
	got := strings.Join(out, "\n") + "\n"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	compare(t, strings.Split(string(text), "\n"), strings.Split(got, "\n"))
}

func compare(t *testing.T, want, got []string) {
	t.Helper()
	for i := range max(len(want), len(got)) {
		var w, g string
		if i < len(want) {
			w = want[i]
		}
		if i < len(got) {
			g = got[i]
		}
		if w != g {
			t.Fatalf("line %d\n got  %s\n want %s", i+1, g, w)
		}
	}
}
