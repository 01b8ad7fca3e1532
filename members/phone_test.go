package members

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"fiel/db"

	"pgregory.net/rapid"
)

// However a person's number is written, at whatever door, it is one number.
func TestOnePersonOneNumber(t *testing.T) {
	tests := []struct {
		country string
		want    Phone
		typed   []string
	}{
		{"MX", "+525512345678", []string{
			"5512345678", "55 1234 5678", "(55) 1234-5678", "+52 55 1234 5678", "+52 1 55 1234 5678", "+5215512345678", "0052 55 1234 5678",
			"044 55 1234 5678", "045 55 1234 5678", "01 55 1234 5678", "+52 044 55 1234 5678", "1 55 1234 5678", "525512345678",
			"5215512345678", "００５２５５１２３４５６７８", "＋52 55 1234 5678", "55\u200b1234\u202f5678", "\u202a+525512345678\u202c", "'5512345678",
			"55.1234.5678", "55–1234–5678", " 5512345678\r\n",
		}},
		{"AR", "+5491112345678", []string{
			"11 1234-5678", "11 15 1234-5678", "011 15 1234-5678", "+54 9 11 1234 5678", "+5491112345678", "9 11 1234 5678",
			"+54 11 15 1234 5678", "+54 9 11 15 1234 5678", "5491112345678", "0054 9 11 1234 5678", "(011) 15-1234-5678",
		}},
		{"AR", "+5493512345678", []string{"351 234 5678", "351 15 234 5678", "0351 15 234-5678", "+54 9 351 234 5678", "+54 9 0351 15 234 5678"}},
		{"AR", "+5492966234567", []string{"2966 234567", "2966 15 234567", "02966 15 23-4567", "+54 9 2966 234567"}},
		{"PE", "+51987654321", []string{"987654321", "987 654 321", "+51 987 654 321", "0051987654321", "51987654321"}},
		{"CO", "+573001234567", []string{"3001234567", "300 123 4567", "+57 300 1234567", "03 300 123 4567", "573001234567"}},
		{"ES", "+34612345123", []string{"612345123", "612 34 51 23", "+34 612 345 123", "0034612345123", "(+34) 612345123", "34612345123"}},
		{"ES", "+34722123456", []string{"722 123 456"}},
		{"US", "+12125551234", []string{"2125551234", "(212) 555-1234", "1-212-555-1234", "+1 212 555 1234", "001 212 555 1234"}},
		{"US", "+525512345678", []string{"011 52 55 1234 5678", "011 52 1 55 1234 5678", "+5215512345678"}},
		{"CL", "+56912345678", []string{"912345678", "9 1234 5678", "+56 9 1234 5678", "56912345678"}},
		{"FR", "+33612345678", []string{"0612345678", "06 12 34 56 78", "+33 6 12 34 56 78", "+33 (0)6 12 34 56 78"}},
		{"BR", "+5511961234567", []string{"11961234567", "(11) 96123-4567", "011 96123 4567", "+55 11 96123-4567"}},
		{"", "+34612345123", []string{"+34612345123", "0034 612345123"}},
		{"mx", "+525512345678", []string{"5512345678"}},
	}
	for _, test := range tests {
		for _, typed := range test.typed {
			t.Run(test.country+" "+typed, func(t *testing.T) {
				got, err := ParsePhone(typed, test.country)
				if err != nil || got != test.want {
					t.Errorf("got %s, %v, want %s", got.E164(), err, test.want.E164())
				}
			})
		}
	}
}

func TestWhatIsNoMobileIsRefused(t *testing.T) {
	tests := []struct{ name, typed, country, says string }{
		{"nothing", "", "MX", "digits"},
		{"separators alone", "+ - ( )", "MX", "digits"},
		{"letters", "555-FIEL", "US", "letters"},
		{"an address", "whatsapp:+525512345678", "", "letters"},
		{"letters of a sender", "AMAZON", "US", "letters"},
		{"an extension", "+34612345123 ext 5", "ES", "letters"},
		{"full-width letters", "ａｂｃ", "MX", "letters"},
		{"Arabic digits", "٥٥١٢٣٤٥٦٧٨", "MX", "0 to 9"},
		{"superscript digits", "²¹²5551234", "US", "0 to 9"},
		{"two plus signs", "++525512345678", "MX", "0 to 9"},
		{"a plus within", "52+5512345678", "MX", "0 to 9"},
		{"a list", "5512345678, 5587654321", "MX", "0 to 9"},
		{"NUL", "5512345678\x00", "MX", "0 to 9"},
		{"invalid bytes", "55123456\xff78", "MX", "0 to 9"},
		{"too long", strings.Repeat("5 ", 21), "MX", "too long"},
		{"a megabyte", strings.Repeat("5", 1<<20), "MX", "too long"},
		{"two numbers", "55123456785587654321", "MX", "digits"},
		{"a short code", "22622", "MX", "lacks digits"},
		{"no area code", "5550123", "US", "area code"},
		{"no area code", "15 1234-5678", "AR", "first digits"},
		{"national, nowhere", "612345123", "", "country code"},
		{"national, no such country", "612345123", "XX", "country code"},
		{"all zeros", "0000000000", "MX", "all its digits"},
		{"all ones", "1111111111", "MX", "first digits"},
		{"no such area", "+1 155 555 1234", "", "first digits"},
		{"PE landline", "01 4567890", "PE", "landline"},
		{"PE landline", "+51 1 456 7890", "", "landline"},
		{"CO landline", "601 123 4567", "CO", "landline"},
		{"ES landline", "912 345 123", "ES", "landline"},
		{"AR landline", "+54 11 4321 1234", "AR", "+54 9"},
		{"AR landline", "011 4321-1234", "AR", "+54 9"},
		{"FR landline", "01 45 67 89 01", "FR", "landline"},
		{"BR landline", "11 3456-7890", "BR", "landline"},
		{"premium", "806 123 456", "ES", "premium"},
		{"premium", "900 555 1234", "US", "premium"},
		{"toll-free", "900 123 456", "ES", "toll-free"},
		{"toll-free", "0800 555 1234", "AR", "toll-free"},
		{"a company's", "600 123 4567", "CL", "premium"},
	}
	for _, test := range tests {
		t.Run(test.name+" "+test.country, func(t *testing.T) {
			got, err := ParsePhone(test.typed, test.country)
			if got != "" || db.CodeOf(err) != db.Invalid || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %q, %v, want a refusal that says %q", got, err, test.says)
			}
		})
	}
}

// Numbers cannot be told apart in these plans, so they pass.
func TestWhatCannotBeToldPasses(t *testing.T) {
	for typed, country := range map[string]string{
		"33 3615 1234": "MX", "2 2123 4567": "CL", "(212) 555-0100": "US", "800 555 1234": "US", "+1 500 555 0006": "",
		"07 12 34 56 78": "FR", // a range that the tables do not know
	} {
		if _, err := ParsePhone(typed, country); err != nil {
			t.Errorf("%s in %s: %v", typed, country, err)
		}
	}
}

func TestPhoneIsMaskedWhereverItIsPrinted(t *testing.T) {
	masks := map[Phone]string{
		"+34612345123": "+34•••••123", "+525512345678": "+52•••••678", "+12125551234": "+1•••••234", "+50688123456": "+506•••••456",
		"": "", "+": "•••••+", "22622": "•••••622", "+999123456": "•••••456",
	}
	for phone, want := range masks {
		if got := phone.String(); got != want {
			t.Errorf("%s is masked as %s, want %s", phone.E164(), got, want)
		}
	}
	p := Phone("+34612345123")
	member := struct {
		Name  string
		Phone Phone
	}{"Ana", p}
	var logged bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&logged, nil))
	logger.Info("joined", "phone", p, "member", member, "all", []Phone{p})
	slog.New(slog.NewTextHandler(&logged, nil)).Info("joined", "phone", p, "member", member, "all", []Phone{p})
	asJSON, err := json.Marshal([]any{p, member, &member})
	if err != nil {
		t.Fatal(err)
	}
	printed := fmt.Sprintf("%v %s %q %x %+v %#v %v", p, p, p, p, member, member, &member) + logged.String() + string(asJSON)
	if strings.Contains(printed, "612345123") || strings.Contains(printed, fmt.Sprintf("%x", "612345123")) {
		t.Errorf("the number shows in %s", printed)
	}
}

func TestPhoneInJSON(t *testing.T) {
	var in struct{ Phone Phone }
	if err := json.Unmarshal([]byte(`{"phone":"+52 1 55 1234 5678"}`), &in); err != nil || in.Phone != "+525512345678" {
		t.Errorf("got %s, %v", in.Phone.E164(), err)
	}
	for _, bad := range []string{`{"phone":"5512345678"}`, `{"phone":"+34•••••123"}`, `{"phone":5512345678}`} {
		if err := json.Unmarshal([]byte(bad), &in); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
	if err := json.Unmarshal([]byte(`{"phone":""}`), &in); err != nil || in.Phone != "" {
		t.Errorf("an empty phone is %s, %v", in.Phone.E164(), err)
	}
}

func TestPhoneAsColumn(t *testing.T) {
	p := Phone("+34612345123")
	if v, err := p.Value(); v != "+34612345123" || err != nil {
		t.Errorf("Value = %v, %v", v, err)
	}
	for _, column := range []any{"+34612345123", []byte("+34612345123")} {
		var got Phone
		if err := got.Scan(column); err != nil || got != p {
			t.Errorf("Scan(%T) = %s, %v", column, got.E164(), err)
		}
	}
	var got Phone
	for _, column := range []any{nil, int64(34612345123)} {
		if err := got.Scan(column); db.CodeOf(err) != db.Internal {
			t.Errorf("Scan(%T) = %v", column, err)
		}
	}
}

func TestPhoneHash(t *testing.T) {
	// printf '%s' +34612345123 | openssl dgst -sha256 -hmac key
	const want = "2f1fe7dd08277b9a58ab6a4db3ffcd460825982cb0ca0d52c5d00baf6285413d"
	p := Phone("+34612345123")
	if got := p.Hash([]byte("key")); got != want {
		t.Errorf("Hash = %s, want %s", got, want)
	}
	if p.Hash([]byte("key")) == p.Hash([]byte("another")) || p.Hash([]byte("key")) == Phone("+34612345124").Hash([]byte("key")) {
		t.Error("another key and another number give the same hash")
	}
}

func TestWhereANumberLives(t *testing.T) {
	tests := []struct {
		phone   Phone
		country string
		zones   []string
	}{
		{"+525512345678", "MX", []string{"America/Mexico_City"}},
		{"+526641234567", "MX", []string{"America/Tijuana"}},
		{"+5491112345678", "AR", []string{"America/Buenos_Aires"}},
		{"+51987654321", "PE", []string{"America/Lima"}},
		{"+573001234567", "CO", []string{"America/Bogota"}},
		{"+34612345123", "ES", []string{"Europe/Madrid"}},
		{"+12125551234", "US", []string{"America/New_York"}},
		{"+14165551234", "CA", []string{"America/Toronto"}},
		{"+18095551234", "DO", []string{"America/Santo_Domingo"}},
		{"+56912345678", "CL", []string{"America/Santiago"}},
		{"+33612345678", "FR", []string{"Europe/Paris"}},
		{"+5511961234567", "BR", []string{"America/Sao_Paulo"}},
		{"+447400123456", "GB", []string{"Europe/Guernsey", "Europe/Isle_of_Man", "Europe/London"}},
		{"+18005551234", "US", nil}, // dozens of zones
		{"+15005550006", "US", nil}, // in no table, so the biggest country
		{"+529991234567", "MX", []string{"America/Mexico_City"}},
		{"+870773111632", "", nil}, // a ship
		{"+999123456", "", nil},
		{"22622", "", nil},
		{"", "", nil},
	}
	for _, test := range tests {
		t.Run(test.phone.E164(), func(t *testing.T) {
			if got := test.phone.Country(); got != test.country {
				t.Errorf("Country = %q, want %q", got, test.country)
			}
			zones := test.phone.Zones()
			if !slices.Equal(zones, test.zones) {
				t.Errorf("Zones = %v, want %v", zones, test.zones)
			}
			for _, zone := range zones {
				if _, err := time.LoadLocation(zone); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func TestPremium(t *testing.T) {
	tests := map[Phone]bool{
		"+34806123456": true, "+19005551234": true, "+33899123456": true, "+870773111632": true, "+881612345678": true, "+979123456789": true,
		"+34612345123": false, "+525512345678": false, "+18005551234": false, "": false, "22622": false,
	}
	for phone, want := range tests {
		if got := phone.Premium(); got != want {
			t.Errorf("%s: Premium = %v, want %v", phone.E164(), got, want)
		}
	}
}

var countries = []string{"MX", "AR", "PE", "CO", "ES", "US", "CL", "FR", "BR", "IT", "GB", ""}

// A parsed number is parsed to itself, wherever it is typed.
func TestParsingSettles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		prefix := rapid.SampledFrom([]string{
			"", "+", "00", "0", "+52", "+521", "044", "+54", "+549", "11", "1115", "15", "+51", "+57", "+34", "+1", "+56", "+33", "+330", "+55", "+7", "+44",
			"+39", "+49",
		}).Draw(t, "prefix")
		typed := prefix + rapid.StringMatching(`[0-9 ()-]{5,14}`).Draw(t, "digits")
		settles(t, typed, rapid.SampledFrom(countries).Draw(t, "country"))
	})
}

type failer interface{ Errorf(string, ...any) }

func settles(t failer, typed, country string) {
	p, err := ParsePhone(typed, country)
	if err != nil {
		if p != "" || db.CodeOf(err) != db.Invalid {
			t.Errorf("%q in %s: %s with %v", typed, country, p.E164(), err)
		}
		return
	}
	if len(p) < 7 || len(p) > 16 || p[0] != '+' {
		t.Errorf("%q in %s gives %s", typed, country, p.E164())
	}
	for _, elsewhere := range countries {
		again, err := ParsePhone(p.E164(), elsewhere)
		if err != nil || again != p {
			t.Errorf("%q in %s gives %s; that in %q gives %s, %v", typed, country, p.E164(), elsewhere, again.E164(), err)
		}
	}
}

func FuzzParsePhone(f *testing.F) {
	f.Add("11 15 1234-5678", "AR")
	f.Add("＋52 1 55 1234 5678", "MX")
	f.Add("0034 612\u200b345123", "")
	f.Add("+33 (0)6 12 34 56 78", "FR")
	f.Add("11 1511 15 11 15 12 123", "CN")
	f.Fuzz(func(t *testing.T, typed, country string) { settles(t, typed, country) })
}

func BenchmarkParsePhone(b *testing.B) {
	for b.Loop() {
		if _, err := ParsePhone("+5215512345678", "MX"); err != nil {
			b.Fatal(err)
		}
	}
}
