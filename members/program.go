package members

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"fiel/db"
	"fiel/templates"

	"github.com/nyaruka/phonenumbers"
)

// NewProgram is what a program is made from.
type NewProgram struct {
	Name      string // what a text calls the shop; at most 20 letters, so that texts keep to one part
	Contact   string // where a customer reaches a person
	Country   string // ISO 3166 two letters: the country of its numbers and rules
	Currency  string // ISO 4217
	Zone      string // IANA
	Language  string // of members who have not shown theirs
	Countries string // further countries whose numbers may join, "CL,BO"; "*": all
	JoinBonus int64  // points
}

func (n *NewProgram) validate() error {
	ok := false
	if n.Name, ok = Line(n.Name, 20); !ok {
		return db.Errorf(db.Invalid, "a program needs a name of at most 20 letters: it stands in every text")
	}
	if !capitals.MatchString(n.Currency) {
		return db.Errorf(db.Invalid, "%q is no currency: three capital letters such as PEN, MXN, EUR, USD", n.Currency)
	}
	if n.JoinBonus < 0 || n.JoinBonus > 1_000_000 {
		return db.Errorf(db.Invalid, "a join bonus is 0 to 1,000,000 points")
	}
	if err := cmp.Or(checkCountry(n.Country), checkCountries(n.Countries)); err != nil {
		return err
	}
	if err := checkLanguage(n.Language); err != nil {
		return err
	}
	return checkZone(n.Zone)
}

// capitals is how a currency is written (ISO 4217).
var capitals = regexp.MustCompile(`^[A-Z]{3}$`)

// checkCountries refuses a list with a country that has no numbers; all of them ("*") are none in particular.
func checkCountries(list string) error {
	for country := range strings.SplitSeq(list, ",") {
		if country = strings.TrimSpace(country); country == "" || country == "*" {
			continue
		}
		if err := checkCountry(country); err != nil {
			return err
		}
	}
	return nil
}

func checkCountry(country string) error {
	if phonenumbers.GetCountryCodeForRegion(country) == 0 {
		return db.Errorf(db.Invalid, "%q is no country: two capital letters such as PE, MX, ES, US", country)
	}
	return nil
}

// checkLanguage refuses a language that we have no words in: every answer in it would fail.
func checkLanguage(lang string) error {
	if !slices.Contains(templates.Languages(), lang) {
		return db.Errorf(db.Invalid, "there are no texts in %q yet: use one of %s", lang, strings.Join(templates.Languages(), ", "))
	}
	return nil
}

// checkZone refuses a zone that this binary's table does not know: a campaign in it could never be timed.
func checkZone(zone string) error {
	if _, err := time.LoadLocation(zone); err != nil || zone == "" || zone == "Local" {
		return db.Errorf(db.Invalid, "%q is no time zone: use a name such as America/Lima or Europe/Madrid", zone)
	}
	return nil
}

// CreateProgram makes a program. It answers db.Invalid with what to change.
func CreateProgram(ctx context.Context, tx *db.Tx, n NewProgram) (Program, error) {
	if err := n.validate(); err != nil {
		return Program{}, err
	}
	return New(tx).insertProgram(ctx, insertProgramParams{
		ID: tx.ID(), Name: n.Name, Contact: n.Contact, Country: n.Country, Currency: n.Currency, Zone: n.Zone, Language: n.Language,
		Countries: n.Countries, JoinBonus: n.JoinBonus, CreatedAt: tx.Now,
	})
}

// ProgramByID answers db.Missing when there is no such program.
func ProgramByID(ctx context.Context, tx *db.Tx, id int64) (Program, error) {
	p, err := New(tx).program(ctx, id)
	return p, orMissing(err, "there is no program %d", id)
}

// Programs lists all programs in the order they were made.
func Programs(ctx context.Context, tx *db.Tx) ([]Program, error) { return New(tx).programs(ctx) }

// OnlyProgram is the program of a server that has one: db.Missing before `fiel init`, db.Refused when there are several and one
// has to be named.
func OnlyProgram(ctx context.Context, tx *db.Tx) (Program, error) {
	all, err := Programs(ctx, tx)
	switch {
	case err != nil:
		return Program{}, err
	case len(all) == 0:
		return Program{}, db.Errorf(db.Missing, "there is no program yet: run `fiel init`")
	case len(all) > 1:
		return Program{}, db.Errorf(db.Refused, "there are %d programs: say which with --program", len(all))
	}
	return all[0], nil
}

// SetTextingHours narrows the hours in which offers may leave, within those of the country: minutes of the day, until is exclusive.
// Errors: db.Invalid for hours that are none, db.Missing when there is no such program.
func SetTextingHours(ctx context.Context, tx *db.Tx, program, from, until int64) error {
	if from < 0 || until > 24*60 || from >= until {
		return db.Errorf(db.Invalid, "texting hours must open before they close, within one day")
	}
	n, err := New(tx).setTextingHours(ctx, setTextingHoursParams{ID: program, QuietFrom: from, QuietUntil: until})
	if err == nil && n == 0 {
		return db.Errorf(db.Missing, "there is no program %d", program)
	}
	return err
}

// Location is the program's zone; UTC if the table of this machine does not know it any more.
func (p Program) Location() *time.Location { return location(p.Zone) }

// Welcomes says whether a number of this country (ISO 3166) may join: the program's own country or one it names. Numbers from
// elsewhere are the usual source of text pumping.
func (p Program) Welcomes(country string) bool {
	if country == p.Country {
		return true
	}
	for _, c := range strings.Split(p.Countries, ",") {
		if c = strings.TrimSpace(c); c == country || c == "*" {
			return true
		}
	}
	return false
}

func location(zone string) *time.Location {
	l, err := LoadZone(zone)
	if err != nil {
		return time.UTC
	}
	return l
}

// zones remembers what [LoadZone] has read: a name means the same as long as the process lives.
var zones sync.Map

// LoadZone is time.LoadLocation, which reads and parses the table anew at each call: that cost a tenth of a purchase.
func LoadZone(name string) (*time.Location, error) {
	if known, ok := zones.Load(name); ok {
		return known.(*time.Location), nil //nolint:errcheck // only locations are stored
	}
	l, err := time.LoadLocation(name)
	if err == nil {
		zones.Store(name, l)
	}
	return l, err
}
