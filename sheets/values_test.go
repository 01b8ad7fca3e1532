package sheets

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

func TestMoney(t *testing.T) {
	for _, c := range []struct {
		text, currency, decimal string
		want                    int64 // 0: refused
	}{
		{"120.50", "PEN", "", 12050},
		{"120,50", "PEN", "", 12050},
		{"1.234,50", "EUR", "", 123450},
		{"1,234.50", "MXN", "", 123450},
		{"1,234,567.8", "MXN", "", 123456780},
		{"1.234.567", "EUR", "", 123456700},
		{"S/ 12.00", "PEN", "", 1200},
		{"$45", "USD", "", 4500},
		{"12.5", "USD", "", 1250},
		{"1.234", "EUR", "", 0},
		{"1.234", "EUR", ",", 123400},
		{"1.234", "EUR", ".", 0},
		{"1.230", "EUR", ".", 123},
		{"1.234", "CLP", "", 1234},
		{"12990", "CLP", "", 12990},
		{"1.234", "BHD", "", 1234},
		{"0", "USD", "", 0},
		{"-5.00", "USD", "", 0},
		{"1e9", "USD", "", 0},
		{"1 234,50 €", "EUR", "", 123450},
		{"1'234.50", "CHF", "", 123450},
		{"12 soles 50", "PEN", "", 0},
		{"", "USD", "", 0},
		{"free", "USD", "", 0},
		{"99999999999999999999", "USD", "", 0},
	} {
		got, err := Style{Decimal: c.decimal}.money(c.text, c.currency)
		if (err == nil) != (c.want != 0) || got != c.want {
			t.Errorf("%q %s %q: %d, %v; want %d", c.text, c.currency, c.decimal, got, err, c.want)
		}
	}
}

func TestPoints(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "120": 120, "1,200": 1200, "1.200": 1200, "1200.00": 1200, "1 200": 1200, "1.234.567": 1234567, "12,0": 12,
		"12.5": -1, "-3": -1, "": -1, "many": -1, "12,34": -1, "1e5": -1, "9999999999": -1, ".": -1,
	} {
		got, err := Style{}.points(text)
		if (err != nil) != (want < 0) || err == nil && got != want {
			t.Errorf("%q: %d, %v; want %d", text, got, err, want)
		}
	}
}

func TestDates(t *testing.T) {
	lima, _ := time.LoadLocation("America/Lima")
	for _, c := range []struct{ text, order, want string }{
		{"2026-03-14", "", "2026-03-14T00:00:00-05:00"},
		{"14/03/2026", "", "2026-03-14T00:00:00-05:00"},
		{"3/14/2026", "mdy", "2026-03-14T00:00:00-05:00"},
		{"3/14/2026", "", ""},
		{"14.3.26 18:05", "", "2026-03-14T18:05:00-05:00"},
		{"2026-03-14 18:05:09", "mdy", "2026-03-14T18:05:09-05:00"},
		{"03/14/2026 6:05 PM", "mdy", "2026-03-14T18:05:00-05:00"},
		{"2026-03-14T23:00:00Z", "", "2026-03-14T18:00:00-05:00"},
		{"31/02/2026", "", ""},
		{"yesterday", "", ""},
	} {
		got, err := Style{Dates: c.order}.when(c.text, lima)
		if (err == nil) != (c.want != "") || err == nil && got.Format(time.RFC3339) != c.want {
			t.Errorf("%q %s: %v, %v; want %s", c.text, c.order, got.Format(time.RFC3339), err, c.want)
		}
	}
}

func TestBirthdaysWithAndWithoutAYear(t *testing.T) {
	for text, want := range map[string][3]int{"14/03": {0, 3, 14}, "1990-03-14": {1990, 3, 14}, "29-02": {0, 2, 29}} {
		y, m, d, err := Style{}.birthday(text)
		if err != nil || [3]int{y, m, d} != want {
			t.Errorf("%q: %d %d %d, %v", text, y, m, d, err)
		}
	}
	if _, _, _, err := (Style{}).birthday("marzo"); err == nil {
		t.Error("marzo is no day")
	}
}

func TestOnlyAClearYesIsConsent(t *testing.T) {
	for text, want := range map[string]bool{"Sí": true, "Oui": true, "是": true, "Non": false, "否": false, "SI": true, "yes": true, "TRUE": true, "1": true, "": false, "no": false, "0": false, "Opt-out": false} {
		if got, err := yes(text); err != nil || got != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	if _, err := yes("quizás"); err == nil {
		t.Error("perhaps is no answer")
	}
}

func TestLanguages(t *testing.T) {
	for text, want := range map[string]string{"fr": "fr", "FR": "fr", "fr-CA": "fr", "zh_CN": "zh", "": "", "klingon": "klingon"} {
		if got := language(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func TestFilesInFrenchAndChinese(t *testing.T) {
	for file, want := range map[string]string{
		"Téléphone;Prénom;Nom;Points;Langue;Date de naissance": "Téléphone = phone, Prénom = name, Nom = surname, Points = points, Langue = language, Date de naissance = birthday",
		"手机号,姓名,积分,语言,生日":                                      "手机号 = phone, 姓名 = name, 积分 = points, 语言 = language, 生日 = birthday",
	} {
		table, err := openTable(strings.NewReader(file + "\n"))
		if err != nil {
			t.Fatal(err)
		}
		l, err := arrange(Members, table.header, nil)
		if got := strings.Join(l.Found, ", "); err != nil || got != want || len(l.Ignored) > 0 {
			t.Errorf("%s: %s and %v, %v", file, got, l.Ignored, err)
		}
	}
}

// The same small file as the programs of this world write it.
func TestHoweverAFileIsWritten(t *testing.T) {
	plain := "Teléfono;Nombre;Puntos\n987654321;José Peña;120\n"
	latin, _ := charmap.Windows1252.NewEncoder().String(plain)
	utf16, _ := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(plain)
	for name, file := range map[string]string{
		"UTF-8": plain, "with a mark": "\ufeff" + plain, "Windows-1252": latin, "UTF-16": utf16,
		"commas": strings.ReplaceAll(plain, ";", ","), "tabs": strings.ReplaceAll(plain, ";", "\t"),
		"quoted": `"Teléfono","Nombre","Puntos"` + "\r\n" + `"987654321","José Peña","120"` + "\r\n",
	} {
		table, err := openTable(strings.NewReader(file))
		if err != nil {
			t.Fatal(name, err)
		}
		l, err := arrange(Members, table.header, nil)
		if err != nil {
			t.Fatal(name, err)
		}
		cells, line, err := table.next()
		if err != nil || line != 2 || l.cell(cells, "name") != "José Peña" || l.cell(cells, "points") != "120" || l.cell(cells, "phone") != "987654321" {
			t.Errorf("%s: %q on line %d, %v, %v", name, cells, line, l.Found, err)
		}
	}
}

func TestTwoColumnsForOneThingHaveToBeTold(t *testing.T) {
	header := []string{"Phone", "Mobile", "Colour"}
	if _, err := arrange(Members, header, nil); err == nil || !strings.Contains(err.Error(), `"Phone" and "Mobile" both look like phone`) {
		t.Error(err)
	}
	l, err := arrange(Members, header, map[string]string{"phone": "Mobile"})
	if err != nil || l.at["phone"] != 1 || strings.Join(l.Ignored, ",") != "Phone,Colour" {
		t.Error(l, err)
	}
	if _, err := arrange(Members, header, map[string]string{"phone": "Fax"}); err == nil {
		t.Error("there is no Fax")
	}
	if _, err := arrange(Members, header, map[string]string{"shoe": "Colour"}); err == nil {
		t.Error("we keep no shoes")
	}
}

func TestNoCellIsAFormula(t *testing.T) {
	for text, want := range map[string]string{
		"=1+1": "'=1+1", "+51987": "'+51987", "-2": "'-2", "@cmd": "'@cmd", "\tx": "'\tx", "＝1": "'＝1", "Ana": "Ana", "": "", "a=b": "a=b",
	} {
		if got := Safe(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func FuzzTable(f *testing.F) {
	f.Add("phone,name\n1,2\n")
	f.Add("\xff\xfea\x00\n\x00")
	f.Add("\"a\nb;c\td")
	f.Fuzz(func(t *testing.T, file string) {
		table, err := openTable(strings.NewReader(file))
		if err != nil {
			return
		}
		l, _ := arrange(Members, table.header, nil)
		for range 1000 {
			cells, _, err := table.next()
			if err != nil {
				break
			}
			for column := range l.at {
				if text := l.cell(cells, column); !utf8.ValidString(text) {
					t.Fatalf("%q is not UTF-8", text)
				}
				_, _ = Style{}.money(l.cell(cells, column), "PEN")
				_, _ = Style{}.points(l.cell(cells, column))
			}
		}
	})
}

// A quote in the middle of the first cell is a row that cannot be read, and the next one is read.
func TestARowWithAStrayQuote(t *testing.T) {
	for _, row := range []string{`=A("x");955111333;7`, `"x;955111333;7`, `Ana "la"; 1;2`, `"Ana"x;955111333;7`} {
		table, err := openTable(strings.NewReader("nombre;telefono;puntos\n" + row + "\nLuz;955111444;8\n"))
		if err != nil {
			t.Fatal(err)
		}
		var broken *RowError
		if _, line, err := table.next(); !errors.As(err, &broken) || line != 2 {
			t.Errorf("%s: line %d, %v", row, line, err)
		}
	}
}
