package sheets_test

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"fiel/db"
	"fiel/db/dbtest"
	"fiel/members"
	"fiel/rewards"
	"fiel/sheets"
)

// cafe is a program in Lima with one store, on a fresh database.
type cafe struct {
	*testing.T
	d     *db.DB
	key   members.Key
	p     members.Program
	store members.Store
}

func inEachCafe(t *testing.T, story func(c *cafe)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := &cafe{T: t, d: d, key: members.NewKey()}
		c.write(func(ctx context.Context, tx *db.Tx) (err error) {
			c.p, err = members.CreateProgram(ctx, tx, members.NewProgram{
				Name: "Café Sol", Country: "PE", Currency: "PEN", Zone: "America/Lima", Language: "es", JoinBonus: 20,
			})
			if err == nil {
				c.store, err = members.CreateStore(ctx, tx, c.p, members.NewStore{Name: "Centro"})
			}
			return err
		})
		story(c)
	})
}

func (c *cafe) write(f func(context.Context, *db.Tx) error) {
	c.Helper()
	if err := c.d.Write(c.Context(), db.Interactive, f); err != nil {
		c.Fatal(err)
	}
}

func (c *cafe) read(f func(context.Context, *db.Tx) error) {
	c.Helper()
	if err := c.d.Read(c.Context(), f); err != nil {
		c.Fatal(err)
	}
}

func (c *cafe) imports(kind string) *sheets.Import {
	return &sheets.Import{
		DB: c.d, Key: c.key, Program: c.p, Kind: kind, From: "oldshop", Words: "Acepto mensajes de Café Sol", Actor: "cli:ana", Door: "cli", Store: c.store.ID,
	}
}

// run previews a file, brings it over and wants both to say the same.
func (c *cafe) run(i *sheets.Import, file string) sheets.Report {
	c.Helper()
	seen, err := i.Preview(c.Context(), strings.NewReader(file))
	if err != nil {
		c.Fatal(err)
	}
	done, err := i.Run(c.Context(), strings.NewReader(file))
	if err != nil {
		c.Fatal(err)
	}
	if seen.New != done.New || seen.Known != done.Known || seen.Points != done.Points || seen.Wrong != done.Wrong || seen.Amount != done.Amount {
		c.Errorf("the preview said %+v, and it was %+v", seen, done)
	}
	c.read(func(ctx context.Context, tx *db.Tx) error {
		found, err := rewards.Check(ctx, tx, c.p.ID)
		for _, f := range found {
			c.Errorf("%s: %s", f.Invariant, f.Text)
		}
		return err
	})
	return done
}

func (c *cafe) member(phone members.Phone) (m members.Member) {
	c.Helper()
	c.read(func(ctx context.Context, tx *db.Tx) (err error) {
		m, err = members.ByPhone(ctx, tx, c.p.ID, phone)
		return err
	})
	return m
}

const people = `Celular,Nombre,Apellidos,Cumple,Puntos,Fecha de alta,SMS marketing,Color
987654321,ROSA,QUISPE,14/03/1990,"1,200",05/01/2025,sí,rojo
912 345 678,R2D2,,,50,,no,azul
987654321,Otra,,,10,,,
12,Nadie,,,10,,,
934567890,Luis,,31/02,5,,,
`

func TestMembersComeOverOnce(t *testing.T) {
	inEachCafe(t, func(c *cafe) {
		r := c.run(c.imports(sheets.Members), people)
		if r.Rows != 5 || r.New != 2 || r.Opened != 2 || r.Points != 1250 || r.Wrong != 3 || r.Consents != 1 {
			c.Errorf("%+v", r)
		}
		wantFaults(c.T, r.Errors, []string{"4: the same number stands on line 2 already", `5: "12": `, "6: there is no day 31 of month 2"})
		wantFaults(c.T, r.Notes, []string{`3: the name "R2D2" is left out`})
		if len(r.ErrorRows) != 3 || r.ErrorRows[0][1] != "Otra" {
			c.Errorf("%q", r.ErrorRows)
		}
		rosa := c.member("+51987654321")
		if rosa.Name != "Rosa Quispe" || rosa.Balance != 1200 || rosa.BirthMonth != 3 || rosa.BirthDay != 14 || !rosa.Service || !rosa.Marketing || rosa.StoreID != c.store.ID {
			c.Errorf("%+v", rosa)
		}
		if joined := rosa.JoinedAt; joined != 1736053200000 { // 5 January 2025 in Lima
			c.Error(joined)
		}
		if pedro := c.member("+51912345678"); pedro.Name != "" || pedro.Balance != 50 || pedro.Service {
			c.Errorf("%+v", pedro)
		}

		again := c.run(c.imports(sheets.Members), strings.ReplaceAll(people, "R2D2", "Pedro"))
		if again.New != 0 || again.Known != 2 || again.Opened != 0 || again.Points != 0 {
			c.Errorf("again: %+v", again)
		}
		if pedro := c.member("+51912345678"); pedro.Name != "Pedro" || pedro.Balance != 50 {
			c.Errorf("his gap was not filled: %+v", pedro)
		}
	})
}

func wantFaults(t *testing.T, got []sheets.Fault, want []string) {
	t.Helper()
	var list []string
	for _, f := range got {
		list = append(list, fmt.Sprintf("%d: %s", f.Line, f.Text))
	}
	if !slices.EqualFunc(list, want, strings.HasPrefix) {
		t.Errorf("%q, want %q", list, want)
	}
}

// Who has said no to us has not said yes somewhere else.
func TestNoConsentOverAnOptOut(t *testing.T) {
	inEachCafe(t, func(c *cafe) {
		stop := members.Declaration{Door: "text", Actor: "member", Words: "BAJA"}
		c.write(func(ctx context.Context, tx *db.Tx) error {
			hash := c.key.Hash("+51987654321")
			if _, err := members.Touch(ctx, tx, c.p.ID, hash); err != nil {
				return err
			}
			return members.Stop(ctx, tx, c.p.ID, hash, members.Member{}, stop)
		})
		r := c.run(c.imports(sheets.Members), people)
		if rosa := c.member("+51987654321"); r.Consents != 0 || rosa.Service || rosa.Marketing || rosa.Balance != 1200 {
			c.Errorf("%+v, %+v", r, rosa)
		}
		wordless := c.imports(sheets.Members)
		wordless.From, wordless.Words = "other", ""
		if r := c.run(wordless, "phone,marketing\n945678901,yes\n"); r.Consents != 0 || c.member("+51945678901").Marketing {
			c.Error("without words there is no consent")
		}
	})
}

func TestPastPurchasesAreHistory(t *testing.T) {
	const sales = `Recibo;Fecha;Total;Celular;Sucursal
A-1;05/01/2027 18:30;S/ 105,50;987654321;centro
A-2;06/02/2027;20,00;987654321;
A-2;07/02/2027;20,00;987654321;
A-3;06/02/2027;20,00;945678901;
A-4;06/02/2027;20,00;987654321;Luna
A-5;06/02/2030;20,00;987654321;
`
	inEachCafe(t, func(c *cafe) {
		c.run(c.imports(sheets.Members), people)
		r := c.run(c.imports(sheets.Purchases), sales)
		if r.New != 2 || r.Amount != 12550 {
			c.Errorf("%+v", r)
		}
		slices.SortFunc(r.Errors, func(a, b sheets.Fault) int { return a.Line - b.Line })
		wantFaults(c.T, r.Errors, []string{
			"4: the same id stands on line 3", "5: the number is not a member", `6: there is no store "Luna"; there are: Centro`, "7: date: a time between",
		})
		if rosa := c.member("+51987654321"); rosa.Purchases != 2 || rosa.LastPurchaseAt != 1801890000000 || rosa.Balance != 1200 {
			c.Errorf("%+v", rosa)
		}
		if again := c.run(c.imports(sheets.Purchases), sales); again.New != 0 || again.Known != 2 || c.member("+51987654321").Purchases != 2 {
			c.Errorf("again: %+v", again)
		}
	})
}

func TestFilesThatAreNone(t *testing.T) {
	c := &cafe{T: t, d: dbtest.New(t, db.SQLite), key: members.NewKey()}
	for file, sentence := range map[string]string{
		"":                        "the file is empty",
		"colour,size\n1,2\n":      "no column of the file looks like phone: say which with --column phone=NAME",
		"phone,\"name\n1,2":       "header of the file cannot be read",
		strings.Repeat("a,", 300): "more than 200 columns",
		"phone,telefono\n1,2\n":   "both look like phone",
	} {
		_, err := c.imports(sheets.Members).Preview(t.Context(), strings.NewReader(file))
		if db.CodeOf(err) != db.Invalid || !strings.Contains(err.Error(), sentence) {
			t.Errorf("%.20q: %v", file, err)
		}
	}
	nameless := c.imports(sheets.Members)
	nameless.From = "Old Shop"
	if _, err := nameless.Run(t.Context(), strings.NewReader(people)); db.CodeOf(err) != db.Invalid {
		t.Error(err)
	}
}

// A level comes over until its day, or for this year and the next; it pays no entry reward.
func TestLevelsComeOver(t *testing.T) {
	inEachCafe(t, func(c *cafe) {
		c.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := rewards.AddTier(ctx, tx, c.p, rewards.NewTier{Name: "Oro", Threshold: 1000, EntryPoints: 50})
			return err
		})
		const file = "celular,nivel,nivel hasta\n987654321,ORO,\n912345678,oro,2027-06-30\n945678901,Platino,\n"
		r := c.run(c.imports(sheets.Members), file)
		wantFaults(c.T, r.Errors, []string{`4: there is no level "Platino"; there are: Oro`})
		if rosa := c.member("+51987654321"); r.Levels != 2 || rosa.TierID == 0 || rosa.TierGivenUntil != 1861938000000 || rosa.Balance != 0 {
			c.Errorf("%+v, %+v", r, rosa)
		}
		if pedro := c.member("+51912345678"); pedro.TierUntil != 1814418000000 { // 1 July 2027 in Lima
			c.Error(pedro.TierUntil)
		}
		if again := c.run(c.imports(sheets.Members), file); again.Levels != 0 {
			c.Errorf("again: %+v", again)
		}
	})
}

// More rows than a chunk, and than a page on the way out.
func TestEverythingComesOut(t *testing.T) {
	inEachCafe(t, func(c *cafe) {
		var file strings.Builder
		file.WriteString("phone,name,points\n")
		for n := range 450 {
			fmt.Fprintf(&file, "9876%05d,=Ana,%d\n", n, n+1)
		}
		if r := c.run(c.imports(sheets.Members), file.String()); r.New != 450 || r.Wrong != 0 {
			c.Fatalf("%+v", r.Errors)
		}
		c.write(func(ctx context.Context, tx *db.Tx) error {
			for n := range 5003 {
				if _, err := tx.ExecContext(ctx, "INSERT INTO point_days (program_id, member_id, day, n) VALUES ($1, 1, $2, 1)", c.p.ID, fmt.Sprint(n)); err != nil {
					return err
				}
			}
			return nil
		})
		rows := map[string][][]string{}
		for _, s := range sheets.Sheets() {
			var out strings.Builder
			n, err := s.Write(c.Context(), c.d, c.p, &out, func() {})
			if err != nil {
				c.Fatal(s.Name, err)
			}
			all, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
			if err != nil || len(all) != n+1 {
				c.Fatal(s.Name, n, len(all), err)
			}
			rows[s.Name] = all
		}
		if len(rows["members"]) != 451 || len(rows["entries"]) != 451 || len(rows["point_days"]) != 5004 {
			c.Error(len(rows["members"]), len(rows["entries"]), len(rows["point_days"]))
		}
		phone := slices.Index(rows["members"][0], "phone")
		if got := rows["members"][1][phone]; got != "'+51987600000" {
			c.Error(got)
		}
		if slices.Contains(rows["tills"][0], "secret") {
			c.Error("a secret was exported")
		}
	})
}

func TestEveryTableIsExportedOrNamed(t *testing.T) {
	schema, err := os.ReadFile("../db/migrations/00001_fiel.sql")
	if err != nil {
		t.Fatal(err)
	}
	list, err := os.ReadFile("export.txt")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{"senders": true}
	for _, word := range strings.Fields(string(list)) {
		named[word] = true
	}
	for _, m := range regexp.MustCompile(`CREATE TABLE (\w+)`).FindAllStringSubmatch(string(schema), -1) {
		if !named[m[1]] {
			t.Errorf("table %s is neither exported nor left out", m[1])
		}
	}
}

// An import that is cut short leaves a row in the audit of what came over, and says that it was cut short.
func TestAnImportCutShort(t *testing.T) {
	inEachCafe(t, func(c *cafe) {
		var file strings.Builder
		file.WriteString("telefono\n")
		for n := range 900 {
			fmt.Fprintf(&file, "9%08d\n", 60_000_000+n)
		}
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		i, rows := c.imports(sheets.Members), 0
		i.Progress = func() {
			if rows++; rows == 500 {
				stop()
			}
		}
		r, err := i.Run(ctx, strings.NewReader(file.String()))
		if !errors.Is(err, context.Canceled) || r.New == 0 || r.New == 900 {
			c.Fatalf("%+v, %v", r, err)
		}
		var acts []members.Audit
		err = c.d.Read(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
			acts, err = members.SearchAudits(ctx, tx, c.p.ID, members.AuditSearch{Action: "import.members"}, 10)
			return err
		})
		if err != nil || len(acts) != 1 || !strings.Contains(acts[0].After, fmt.Sprintf(`"cut_short":true,"new":%d,`, r.New)) {
			c.Errorf("%v, %v", acts, err)
		}
	})
}
