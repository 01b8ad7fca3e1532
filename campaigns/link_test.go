package campaigns

import (
	"context"
	"regexp"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"fiel/db"
	"fiel/members"
)

func (s *shop) reached(base string) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		if err := members.SetPublicURL(ctx, tx, base); err != nil {
			return err
		}
		s.p, err = members.ProgramByID(ctx, tx, s.p.ID)
		return err
	})
}

func (s *shop) link(n NewLink) (l Link, err error) {
	s.t.Helper()
	err = s.d.Write(s.t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
		l, err = AddLink(ctx, tx, s.p, n)
		return err
	})
	return l, err
}

func (s *shop) links() (all []Followed) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = Links(ctx, tx, s.p.ID)
		return err
	})
	return all
}

func TestCodesBeginWithTheirProgram(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		program := rapid.Int64Range(0, 1e7).Draw(t, "program")
		code := programLetters(program) + drawn(drawnAtLink)
		if got, ok := programOf(code); !ok || got != program || len(code) > 12 {
			t.Errorf("%d is %q and reads as %d", program, code, got)
		}
	})
	if got := programLetters(7) + drawn(drawnAtLink); len(got) != 6 {
		t.Errorf("%q is not short", got)
	}
	for _, wrong := range []string{"", "7", "AAAAAA", "ZZZZZZ", strings.Repeat("7", 13), "ÑÑÑ7"} {
		if p, ok := programOf(wrong); ok {
			t.Errorf("%q is of program %d", wrong, p)
		}
	}
}

func TestALinkLeadsToAPage(t *testing.T) {
	eachShop(t, "2027-11-22T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		for _, wrong := range []string{
			"", "shop.example/menu", "javascript:alert(1)", "ftp://shop.example", "https://", "https:///menu", "http://ana:secret@shop.example", "//shop.example",
			"data:text/html,x", "https://shop.example/" + strings.Repeat("a", 2000), "https://shop.example/\x00", "mailto:ana@shop.example",
		} {
			if _, err := s.link(NewLink{Target: wrong}); db.CodeOf(err) != db.Invalid {
				t.Errorf("%q: %v", wrong, err)
			}
		}
		if _, err := s.link(NewLink{Target: "https://shop.example", Name: strings.Repeat("n", 61)}); db.CodeOf(err) != db.Invalid {
			t.Error(err)
		}
		l, err := s.link(NewLink{Target: " https://shop.example/menú?a=1#b ", Name: "Menú"})
		if err != nil || l.Target != "https://shop.example/men%C3%BA?a=1#b" || l.Name != "Menú" {
			t.Errorf("%+v, %v", l, err)
		}
	})
}

// Clicks are counted by the program's day; who only looks is not counted; a retired link leads nowhere and keeps its clicks.
func TestClicksAreCounted(t *testing.T) {
	eachShop(t, "2027-11-22T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		l, err := s.link(NewLink{Target: "https://shop.example/menu"})
		if err != nil {
			t.Fatal(err)
		}
		clicks := &Clicks{DB: s.d}
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				if target, err := clicks.Follow(t.Context(), strings.ToLower(l.Code), true); err != nil || target != "https://shop.example/menu" {
					t.Error(target, err)
				}
				if err := clicks.Flush(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		_, _ = clicks.Follow(t.Context(), l.Code, false)
		s.at("2027-11-23 00:30")
		_, _ = clicks.Follow(t.Context(), l.Code, true)
		if err := clicks.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := clicks.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := s.count("SELECT n FROM link_days WHERE day = '2027-11-22'"); n != 50 {
			t.Errorf("%d clicks on the first day, want 50", n)
		}
		if all := s.links(); len(all) != 1 || all[0].Clicks != 51 || all[0].Target != l.Target {
			t.Errorf("%+v", all)
		}
		s.write(func(ctx context.Context, tx *db.Tx) error {
			if _, err := RetireLink(ctx, tx, s.p.ID, "7XXXXX"); db.CodeOf(err) != db.Missing {
				t.Error(err)
			}
			again, err := RetireLink(ctx, tx, s.p.ID, strings.ToLower(l.Code))
			if err == nil {
				again, err = RetireLink(ctx, tx, s.p.ID, l.Code)
			}
			if again.RetiredAt == 0 {
				t.Error("not retired")
			}
			return err
		})
		for _, code := range []string{l.Code, "", "nonsense", programLetters(s.p.ID) + "XXXXX", "ZZZZ2XXXXX", "' OR 1=1"} {
			if _, err := clicks.Follow(t.Context(), code, true); db.CodeOf(err) != db.Missing {
				t.Errorf("%q: %v", code, err)
			}
		}
		if err := clicks.Flush(t.Context()); err != nil || s.links()[0].Clicks != 51 {
			t.Error("a retired link was counted", err)
		}
	})
}

// What could not be written is kept for the next time.
func TestClicksOutliveAFault(t *testing.T) {
	eachShop(t, "2027-11-22T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		l, _ := s.link(NewLink{Target: "https://shop.example"})
		clicks := &Clicks{DB: s.d}
		_, _ = clicks.Follow(t.Context(), l.Code, true)
		over, cancel := context.WithCancel(t.Context())
		cancel()
		if err := clicks.Flush(over); err == nil {
			t.Error("written although it was over")
		}
		if err := clicks.Flush(t.Context()); err != nil || s.links()[0].Clicks != 1 {
			t.Error("the click is lost", err)
		}
	})
}

// The words of a campaign get a short link to its page, each wording one of its own, and no member's text has another.
func TestCampaignsHaveLinks(t *testing.T) {
	eachShop(t, "2027-11-22T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.crowd(40)
		n := NewCampaign{
			Recipe: "blast", Name: "menu", Words: map[string]string{"es": "Cafe Sol: el menu {enlace}. BAJA para salir"},
			WordsB: map[string]string{"es": "Cafe Sol: hoy hay menu, mira {link}. BAJA para salir"}, Link: "https://shop.example/menu",
		}
		if _, err := s.svc.Add(t.Context(), byAna, s.p.ID, n); db.CodeOf(err) != db.Refused {
			t.Errorf("a link on no host: %v", err)
		}
		s.reached("https://sol.example/")
		bare := n
		bare.Link = ""
		if _, err := s.svc.Add(t.Context(), byAna, s.p.ID, bare); db.CodeOf(err) != db.Invalid || !strings.Contains(err.Error(), "link") {
			t.Errorf("a link to nowhere: %v", err)
		}
		s.blast(n)
		links := s.links()
		if len(links) != 2 || links[0].Wording != "a" || links[1].Wording != "b" || links[0].Code == links[1].Code {
			t.Fatalf("%+v", links)
		}
		found := map[string]int{}
		short := regexp.MustCompile(`https://sol\.example/l/\w+`)
		for _, x := range s.texts() {
			found[short.FindString(x.body)]++
			if b := strings.Contains(x.body, "mira"); b != strings.Contains(x.body, links[1].Code) {
				t.Errorf("the link of the other wording: %q", x.body)
			}
		}
		if len(found) != 2 || found[links[0].Short("https://sol.example")] == 0 || found[links[1].Short("https://sol.example")] == 0 {
			t.Errorf("links in texts: %v", found)
		}
	})
}
