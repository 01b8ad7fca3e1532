package templates

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"fiel/db"

	"github.com/google/go-cmp/cmp"
)

func TestRender(t *testing.T) {
	tests := []struct {
		lang, key string
		fields    Fields
		want      string
	}{
		{"es", "joined", Fields{"program": "Café Sol", "name": "Ana", "points": "500"}, "¡Hola Ana! Ya eres de Café Sol. Te regalamos 500 puntos. Te enviaremos avisos de puntos y promociones. Para salir: BAJA."},
		{"es", "joined", Fields{"program": "Café Sol"}, "¡Hola! Ya eres de Café Sol. Te enviaremos avisos de puntos y promociones. Para salir: BAJA."},
		{"en", "joined", Fields{"program": "Sun", "name": "", "points": "1"}, "Hi! You're in Sun. We gave you 1 point. We'll text you your points and offers. STOP to leave, HELP for help."},
		{"es", "balance", Fields{"program": "Sol", "balance": "1"}, "Sol: tienes 1 punto."},
		{"es", "balance", Fields{"program": "Sol", "balance": "12500", "missing": "1", "reward": "Café gratis"}, "Sol: tienes 12 500 puntos. Te falta 1 para Café gratis."},
		{"en", "balance", Fields{"program": "Sun", "balance": "12500", "expiring": "1000", "expires": "March 14"}, "Sun: you have 12,500 points. 1,000 expire on March 14."},
		{"es", "balance", Fields{"program": "Sol", "balance": "-30"}, "Sol: tienes -30 puntos."},
		{"es", "why_line", Fields{"date": "14 mar", "delta": "1500", "reason": "compra", "store": "Centro"}, "14 mar: +1500 compra, Centro"},
		{"en", "why_line", Fields{"date": "Mar 14", "delta": "-12500", "reason": "reward"}, "Mar 14: -12,500 reward"},
		{"fr", "joined", Fields{"program": "Café Sol", "name": "Ana", "points": "0"}, "Bienvenue chez Café Sol, Ana ! Nous vous offrons 0 point. Vous recevrez vos points et nos promos par SMS. Stop : ARRET."},
		{"fr", "joined", Fields{"program": "Café Sol"}, "Bienvenue chez Café Sol ! Vous recevrez vos points et nos promos par SMS. Stop : ARRET."},
		{"fr", "balance", Fields{"program": "Sol", "balance": "1500", "expiring": "1", "expires": "1er mars"}, "Sol : vous avez 1 500 points. 1 expire le 1er mars."},
		{"zh", "joined", Fields{"program": "花店", "name": "王芳", "points": "500"}, "欢迎王芳加入花店！送您500积分。我们会发积分和优惠短信，退订请回TD。"},
		{"zh", "balance", Fields{"program": "花店", "balance": "12500", "missing": "1", "reward": "鲜花"}, "【花店】您有12,500积分。再得1分可换鲜花。"},
		{"zh", "why_line", Fields{"date": "3月14日", "delta": "50", "reason": "消费", "store": "南京路"}, "3月14日 +50 消费，南京路"},
		{"es", "stop_hint", nil, "Si quieres dejar de recibir textos escribe BAJA"},
		// What a field holds is never read as words, and cannot break the line or the length.
		{"es", "name_saved", Fields{"name": "{program}[x]"}, "Gracias, {program}[x]. Desde ahora te llamamos por tu nombre."},
		{"es", "name_saved", Fields{"name": "Ana\r\nMaría\x00\u202e"}, "Gracias, Ana María. Desde ahora te llamamos por tu nombre."},
		{"es", "name_saved", Fields{"name": "María Fernanda Gutiérrez"}, "Gracias, María Fernanda. Desde ahora te llamamos por tu nombre."},
	}
	for _, test := range tests {
		t.Run(test.lang+" "+test.key, func(t *testing.T) {
			got, err := Render(test.lang, test.key, test.fields)
			if err != nil || got != test.want {
				t.Errorf("got %q, %v\nwant %q", got, err, test.want)
			}
		})
	}
}

func TestRenderRefusesWhatTheProgramGotWrong(t *testing.T) {
	tests := []struct {
		name, lang, key string
		fields          Fields
	}{
		{"no such language", "xx", "help_line", nil},
		{"no such key", "es", "nothing", nil},
		{"a field it does not have", "es", "help_line", Fields{"program": "Sol"}},
		{"a field that is missing", "es", "balance", Fields{"program": "Sol"}},
		{"a field that is empty", "es", "balance", Fields{"program": " \n", "balance": "1"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got, err := Render(test.lang, test.key, test.fields); got != "" || db.CodeOf(err) != db.Internal {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

// Every text of every language can be rendered with all its fields and with none but those it needs.
func TestEveryTextInEveryLanguage(t *testing.T) {
	for _, lang := range Languages() {
		for _, key := range Keys() {
			most, _ := Longest(lang, key)
			least := Fields{}
			for _, f := range texts.key(key).fields {
				if !f.optional {
					least[f.name] = most[f.name]
				}
			}
			full, err := Render(lang, key, most)
			if err != nil {
				t.Fatal(err)
			}
			bare, err := Render(lang, key, least)
			if err != nil {
				t.Fatal(err)
			}
			for _, got := range []string{full, bare} {
				if got == "" || strings.ContainsAny(got, "{}[]#|") || strings.Contains(got, "  ") || strings.Contains(got, " .") || strings.Contains(got, " ,") {
					t.Errorf("%s %s: %q", lang, key, got)
				}
			}
		}
	}
}

func TestLanguagesAndKeys(t *testing.T) {
	if diff := cmp.Diff([]string{"en", "es", "fr", "zh"}, Languages()); diff != "" {
		t.Error(diff)
	}
	if keys := Keys(); len(keys) < 60 || keys[0] != "joined" {
		t.Errorf("keys %v", keys)
	}
	if !Takes("balance", "program") || Takes("balance", "name") || Takes("nothing", "program") {
		t.Error("Takes does not know what a text takes")
	}
	for lang, want := range map[string]string{"es": "español", "en": "English", "fr": "français", "zh": "中文"} {
		if Name(lang) != want {
			t.Errorf("%s calls itself %q", lang, Name(lang))
		}
	}
}

// A file, key or field that is missing or too much keeps the program from starting, and the error names the file.
func TestLoadRefusesABrokenFolder(t *testing.T) {
	tests := []struct{ name, file, old, new, says string }{
		{"no fields.txt", "fields.txt", "", "", "fields.txt"},
		{"no currencies.txt", "currencies.txt", "", "", "currencies.txt"},
		{"no language.txt", "en/language.txt", "", "", "en/language.txt"},
		{"no file for a section", "es/balance.txt", "", "", "es/balance.txt: balance is missing"},
		{"a key is missing", "es/help.txt", "yes_thanks", "# ", "es/help.txt: yes_thanks is missing"},
		{"a key nobody knows", "en/help.txt", "yes_thanks", "yes_tanks", "en/help.txt:"},
		{"a key in another file", "en/help.txt", "yes_thanks =", "receipt =", "en/help.txt:"},
		{"a key twice", "en/help.txt", "no_thanks =", "yes_thanks =", "yes_thanks is there twice"},
		{"a field that is none", "es/help.txt", "{command}?", "{order}?", "{order}"},
		{"a field of another key", "es/till.txt", "te devolvemos {points}", "te devolvemos {missing}", "points_back has no field {missing}"},
		{"a field is missing", "es/till.txt", " Tienes {balance}.", "", "{balance} is missing"},
		{"a hole where a field may be empty", "es/joining.txt", "¡Hola[ {name}]!", "¡Hola {name}!", "{name} may be empty"},
		{"a brace too many", "es/help.txt", "{command}? Entonces", "{command}}? Entonces", "closes what was not opened"},
		{"a brace too few", "es/help.txt", "{command}? Entonces", "{command? Entonces", "not closed"},
		{"a part that is not closed", "es/joining.txt", "{name}]!", "{name}!", "neither a field nor an optional part"},
		{"a part without a field", "es/help.txt", "¡Gracias!", "[¡Gracias!]", "neither a field nor an optional part"},
		{"a plural of no number", "es/balance.txt", "{balance#punto|puntos}", "{program#punto|puntos}", "number"},
		{"a plural of three", "es/balance.txt", "{balance#punto|puntos}", "{balance#punto|puntos|puntas}", "number"},
		{"eleven months", "es/language.txt", " febrero", "", "es/language.txt: there are not twelve months"},
		{"no pattern", "en/language.txt", "short ", "# ", "en/language.txt: name, clock"},
		{"a pattern of nothing", "en/language.txt", "{month} {day}, {year}", "{month} {noon}", "en/language.txt:"},
		{"a setting of nothing", "en/language.txt", "clock ", "watch ", "watch"},
		{"a name is missing", "es/language.txt", "field end ", "# ", "es/language.txt: the field end has no name"},
		{"a name too many", "es/language.txt", "field end ", "field number nr\nfield end ", "es/language.txt"},
		{"a name with two meanings", "es/language.txt", "puntos", "name", "{name} means"},
		{"a number of no form", "es/language.txt", `"12 345"`, `12345`, "es/language.txt"},
		{"a kind of nothing", "fields.txt", "text 20    what the member", "word 20    what the member", "fields.txt"},
		{"a text without a length", "fields.txt", "text 20    what the member", "text    what the member", "fields.txt"},
		{"fewer parts in a language", "fields.txt", "1 zh:2", "1 zh:1", "more than 1 parts"},
		{"parts of no number", "fields.txt", "1 zh:2", "1 zh:two", "fields.txt"},
		{"money without a currency", "fr/language.txt", `"1 234,50 ¤"`, `"1 234,50"`, "fr/language.txt"},
		{"money of no form", "fr/language.txt", `"1 234,50 ¤"`, `euros`, "fr/language.txt"},
		{"a key without parts", "fields.txt", "help_line_stranger     1", "help_line_stranger", "fields.txt"},
		{"a key of an unknown field", "fields.txt", "did_you_mean           1      command", "did_you_mean 1 order", "fields.txt"},
		{"a key that is listed twice", "fields.txt", "no_thanks", "yes_thanks", "fields.txt"},
		{"a line of no section", "fields.txt", "[fields]", "", "fields.txt"},
		{"a currency of no form", "currencies.txt", `"$1.234,50"      "$1,234.50"`, `$1.234,50`, "currencies.txt"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			broken := fstest.MapFS{}
			err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
				if entry.IsDir() || err != nil || name == test.file && test.old == "" {
					return err
				}
				content, err := files.ReadFile(name)
				if name == test.file {
					if !strings.Contains(string(content), test.old) {
						return fmt.Errorf("%s has no %q to break", name, test.old)
					}
					content = []byte(strings.Replace(string(content), test.old, test.new, 1))
				}
				broken[name] = &fstest.MapFile{Data: content}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := load(broken); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("error %v, want one that says %q", err, test.says)
			}
		})
	}
}

// Another language is a folder and nothing else. This one has no plural, as Chinese.
func TestALanguageIsAFolder(t *testing.T) {
	grown := fstest.MapFS{}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if entry.IsDir() || err != nil {
			return err
		}
		content, err := files.ReadFile(name)
		grown[name] = &fstest.MapFile{Data: content}
		if other, ok := strings.CutPrefix(name, "en/"); ok {
			other = "ja/" + other
			grown[other] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(string(content), "#point|points}", "#点}"))}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	b, err := load(grown)
	if err != nil {
		t.Fatal(err)
	}
	l := b.languages["ja"]
	got := fill(l.texts["points_back"], Fields{"program": "Sol", "points": "1", "balance": "2"}, l)
	if want := "Sol: you get 1 点 back. You have 2."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func BenchmarkRender(b *testing.B) {
	f := Fields{"program": "Café Sol", "balance": "12500", "missing": "100", "reward": "Café gratis"}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Render("es", "balance", f); err != nil {
			b.Fatal(err)
		}
	}
}
