package inbox_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"fiel/db"
	"fiel/db/dbtest"
	"fiel/members"
	"fiel/pos"
	"fiel/rewards"
	"fiel/sms"
	"fiel/sms/inbox"
	"fiel/sms/twilio"
	"fiel/templates"
)

var update = flag.Bool("update", false, "write the replies of the conversations as they are now")

// shop is a program with an inbox, a reward and a clock.
type shop struct {
	t       testing.TB
	db      *db.DB
	clock   *dbtest.Clock
	program members.Program
	box     *inbox.Inbox
	texts   int
	listed  int64             // the last text that waited
	said    map[string]string // codes seen, by the name that stands for them
	changes int               // codes to change a number with, so far
}

func open(t testing.TB, d *db.DB, clock *dbtest.Clock, n members.NewProgram) *shop {
	t.Helper()
	book, err := inbox.Load(templates.Languages()...)
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
		s.clock.Add(s.duration(words[1]))
		return
	case "game":
		s.game(words[1], strings.Join(words[2:], " "))
		return
	case "cancel":
		s.cancel(words[1])
		return
	case "luck":
		n := s.number(words[1])
		s.box.Luck = func(int64) int64 { return n }
		return
	}
	acts := map[string]func(context.Context, *db.Tx, members.Phone, []string) error{
		"credit": s.credit, "lend": s.lend, "reward": s.reward, "put": s.put, "codes": s.codes, "level": s.level, "stamps": s.stamps, "use": s.use, "undo": s.undo, "enrol": s.enrol, "mark": s.mark, "expiry": s.expiry,
		"action": s.action, "code": s.code, "friends": s.friends, "owner": s.owner,
	}
	act, ok := acts[words[0]]
	if !ok {
		s.t.Fatalf("%q is nothing a conversation can do", line)
	}
	s.write(func(ctx context.Context, tx *db.Tx) error { return act(ctx, tx, members.Phone(phone), words[1:]) })
}

// expiry rolling 12
func (s *shop) expiry(ctx context.Context, tx *db.Tx, _ members.Phone, words []string) (err error) {
	x := rewards.Expiry{Mode: words[0], Months: s.number(words[1])}
	s.program, err = rewards.SetExpiry(ctx, tx, s.program, x, members.Act{Actor: "cli", Door: "cli"})
	if err == nil {
		_, err = rewards.DateAnew(ctx, tx, s.program, 100)
	}
	return err
}

func (s *shop) duration(word string) time.Duration {
	d, err := time.ParseDuration(word)
	if err != nil {
		s.t.Fatal(err)
	}
	return d
}

func (s *shop) number(word string) int64 {
	n, err := strconv.ParseInt(word, 10, 64)
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

// credit 40 por la demora
func (s *shop) credit(ctx context.Context, tx *db.Tx, phone members.Phone, words []string) error {
	m, err := members.ByPhone(ctx, tx, s.program.ID, phone)
	if err != nil {
		return err
	}
	_, err = rewards.Credit(ctx, tx, s.program, rewards.Crediting{
		Member: m.ID, Points: s.number(words[0]), Reason: strings.Join(words[1:], " "), Actor: "cli", Door: "cli",
	})
	return err
}

// lend 40 24h: points that lapse in so long
func (s *shop) lend(ctx context.Context, tx *db.Tx, phone members.Phone, words []string) error {
	m, err := members.ByPhone(ctx, tx, s.program.ID, phone)
	if err == nil {
		m, err = members.Lock(ctx, tx, s.program.ID, m.ID)
	}
	if err != nil {
		return err
	}
	_, _, err = rewards.Post(ctx, tx, s.program, m, rewards.Posting{
		Kind: rewards.KindBonus, Delta: s.number(words[0]), Source: fmt.Sprint("lend:", tx.Now), ExpiresAt: tx.Now + s.duration(words[1]).Milliseconds(),
	})
	return err
}

// reward 1 50 Cafe gratis
func (s *shop) reward(ctx context.Context, tx *db.Tx, _ members.Phone, words []string) error {
	_, err := rewards.AddReward(ctx, tx, s.program, rewards.NewReward{
		Number: s.number(words[0]), Cost: s.number(words[1]), Name: strings.Join(words[2:], " "), Kind: rewards.FreeItem, Stock: rewards.Unlimited, Days: 7,
	})
	return err
}

// put {"number": 3, ...}: a reward as its file says it
func (s *shop) put(ctx context.Context, tx *db.Tx, _ members.Phone, words []string) error {
	files, err := rewards.ReadRewards([]byte(strings.Join(words, " ")))
	if err != nil {
		return err
	}
	n, err := files[0].Reward(ctx, tx, s.program)
	if err == nil {
		_, err = rewards.AddReward(ctx, tx, s.program, n)
	}
	return err
}

// codes 4 111 222: uploaded for reward 4
func (s *shop) codes(ctx context.Context, tx *db.Tx, _ members.Phone, words []string) error {
	r, err := rewards.RewardByNumber(ctx, tx, s.program.ID, s.number(words[0]))
	if err == nil {
		_, err = rewards.AddCodes(ctx, tx, s.program, r, words[1:])
	}
	return err
}

// level Oro 500: a level of the program, reached with so many points; level Oro: the member has it
func (s *shop) level(ctx context.Context, tx *db.Tx, phone members.Phone, words []string) error {
	if len(words) == 2 {
		_, err := rewards.AddTier(ctx, tx, s.program, rewards.NewTier{Name: words[0], Threshold: s.number(words[1]), EarlyMinutes: 60})
		return err
	}
	_, err := tx.ExecContext(ctx, "UPDATE members SET tier_id = (SELECT id FROM tiers WHERE name = $1) WHERE phone = $2", words[0], phone)
	return err
}

// stamps 3 10: the member has so many stamps on a card that so many fill
func (s *shop) stamps(ctx context.Context, tx *db.Tx, phone members.Phone, words []string) error {
	rule := tx.ID()
	_, err := tx.ExecContext(ctx, "INSERT INTO rules (program_id, id, name, kind, step, created_at) VALUES ($1, $2, 'Cafe', 'stamp', $3, $4)",
		s.program.ID, rule, s.number(words[1]), tx.Now)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO stamp_cards (program_id, member_id, rule_id, stamps) SELECT program_id, id, $1, $2 FROM members WHERE phone = $3",
		rule, s.number(words[0]), phone)
	return err
}

// use CODE1
func (s *shop) use(ctx context.Context, tx *db.Tx, _ members.Phone, words []string) error {
	used, err := rewards.Use(ctx, tx, s.program, rewards.Using{Code: s.said[words[0]], Actor: "cli", Door: "cli"})
	if err == nil {
		err = used.Why
	}
	return err
}

// undo CODE1: the sale it was used on is returned
func (s *shop) undo(ctx context.Context, tx *db.Tx, _ members.Phone, words []string) error {
	_, err := tx.ExecContext(ctx, "UPDATE vouchers SET state = 'cancelled' WHERE program_id = $1 AND code = $2", s.program.ID, s.said[words[0]])
	return err
}

// enrol Rosa: staff do it
func (s *shop) enrol(ctx context.Context, tx *db.Tx, phone members.Phone, words []string) error {
	_, _, _, err := pos.Enrol(ctx, tx, s.box.Key, s.program, pos.Enrolment{Phone: phone, Name: strings.Join(words, " "), Actor: "staff:1", Door: "page"})
	return err
}

// action social 100 Instagram: points, and a voucher of reward 1 where they are 0
func (s *shop) action(ctx context.Context, tx *db.Tx, _ members.Phone, words []string) error {
	n := rewards.NewAction{Kind: words[0], Points: s.number(words[1]), Name: strings.Join(words[2:], " ")}
	if n.Points == 0 {
		n.Reward, n.NextDay = 1, true
	}
	_, err := rewards.AddAction(ctx, tx, s.program, n)
	return err
}

// code SCRN24 Instagram
func (s *shop) code(ctx context.Context, tx *db.Tx, _ members.Phone, words []string) error {
	_, err := rewards.AddCode(ctx, tx, s.program, rewards.NewCode{Action: strings.Join(words[1:], " "), Channel: "poster", Code: words[0]})
	return err
}

// friends 300 50 1000: points for the member and the friend, from a purchase of so much on
func (s *shop) friends(ctx context.Context, tx *db.Tx, _ members.Phone, words []string) error {
	_, err := rewards.AddAction(ctx, tx, s.program, rewards.NewAction{
		Name: "Un amigo", Kind: rewards.ReferralAction, Points: s.number(words[0]), FriendPoints: s.number(words[1]), Minimum: s.number(words[2]),
	})
	return err
}

// mark bad: what a carrier says of the number
func (s *shop) mark(ctx context.Context, tx *db.Tx, phone members.Phone, words []string) error {
	return members.Mark(ctx, tx, s.program.ID, s.box.Key.Hash(phone), words[0])
}

// state is what may be texted to a phone, and why not more.
func (s *shop) state(phone string) string {
	var words []string
	s.write(func(ctx context.Context, tx *db.Tx) error {
		n, err := members.Touch(ctx, tx, s.program.ID, s.box.Key.Hash(members.Phone(phone)))
		if err != nil {
			return err
		}
		m, err := members.ByPhone(ctx, tx, s.program.ID, members.Phone(phone))
		if err != nil && !db.NotFound(err) {
			return err
		}
		words = nil
		for word, is := range map[string]bool{
			"1 member": m.ID != 0, "2 left": m.ID != 0 && m.Left(), "3 service": m.Service, "4 marketing": m.Marketing, "5 wrote": m.WroteFirst, "6 stopped": n.Stopped(),
		} {
			if is {
				words = append(words, word)
			}
		}
		if n.Health != "" {
			words = append(words, "7 "+n.Health)
		}
		return nil
	})
	slices.Sort(words)
	for i := range words {
		words[i] = words[i][2:]
	}
	return strings.Join(words, ", ")
}

var (
	// code is how those look that are drawn: a voucher's, or a member's for friends.
	code   = regexp.MustCompile(`\b[23456789BCDFGHJKMNPQRSTVWXYZ]{6}(?:[23456789BCDFGHJKMNPQRSTVWXYZ]{2})?\b`)
	change = regexp.MustCompile(`(\b(?:CAMBIO|NEWNUMBER|CHANGEMENT) |换号)([23456789BCDFGHJKMNPQRSTVWXYZ]{5})\b`)
)

// steady puts names for the codes, which are random.
func (s *shop) steady(text string) string {
	text = change.ReplaceAllStringFunc(text, func(asked string) string {
		m := change.FindStringSubmatch(asked)
		s.changes++
		name := "CHANGE" + strconv.Itoa(s.changes)
		s.said[name] = m[2]
		return m[1] + name
	})
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

// meant is what a line means with the codes its names stand for. A code that it says itself stands for itself.
func (s *shop) meant(line string) string {
	for _, c := range code.FindAllString(strings.ToUpper(line), -1) {
		s.said[c] = c
	}
	for name, c := range s.said {
		line = regexp.MustCompile(`\b`+name+`\b`).ReplaceAllString(line, c)
	}
	return line
}

// waiting are the texts that wait for a phone and were not listed before.
func (s *shop) waiting(phone string) (texts []string) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) error {
		texts = nil
		rows, err := tx.QueryContext(ctx, "SELECT id, body FROM messages WHERE phone = $1 AND state = 'queued' AND id > $2 ORDER BY id", phone, s.listed)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var body string
			if err := rows.Scan(&s.listed, &body); err != nil {
				return err
			}
			texts = append(texts, s.steady(body))
		}
		return rows.Err()
	})
	return texts
}

// TestConversations plays the files of testdata/conversations: "> text" is what a phone texts, "< text" what it is answered, "!" is
// what happens meanwhile, "@ +51..." changes the phone, "= " is what is known of it, "~ " are the texts that wait for it besides. Run with -update to write the answers as they are now, and read them.
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
	mark, rest := "", ""
	lines := bufio.NewScanner(strings.NewReader(string(text)))
	for lines.Scan() {
		line := lines.Text()
		before := mark
		mark, rest, _ = strings.Cut(line, " ")
		switch mark {
		case "@":
			phone = rest
		case "!":
			s.do(phone, rest)
		case ">":
			answer = s.steady(s.text(phone, s.meant(rest)))
			out = append(out, line)
			if answer != "" {
				out = append(out, "< "+strings.ReplaceAll(answer, "\n", "\n< "))
			}
			continue
		case "<":
			continue
		case "~":
			if before != mark {
				out = append(out, listed(s.waiting(phone))...)
			}
			continue
		case "=":
			line = "= " + s.state(phone)
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

// listed are texts as a conversation shows them: one line each, and one for none.
func listed(texts []string) []string {
	if len(texts) == 0 {
		return []string{"~"}
	}
	for i := range texts {
		texts[i] = "~ " + texts[i]
	}
	return texts
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
