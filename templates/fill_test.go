package templates

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"fiel/db"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestFill(t *testing.T) {
	ana := Fields{"name": "Ana", "points": "12500", "code": "2345BCDF", "store": "Centro", "end": "14 de marzo"}
	tests := []struct {
		name, lang, words string
		fields            Fields
		want              string
	}{
		{"names of fields in Spanish", "es", "{nombre}: {puntos}, {codigo}, {tienda}, {fin}", ana, "Ana: 12 500, 2345BCDF, Centro, 14 de marzo"},
		{"and in English, in Spanish words", "es", "{name}: {points}", ana, "Ana: 12 500"},
		{"numbers as the language writes them", "en", "{puntos} points", ana, "12,500 points"},
		{"and in French", "fr", "{nom|ami} : {points} {points#point|points}, {boutique}, {fin}", ana, "Ana : 12 500 points, Centro, 14 de marzo"},
		{"and in Chinese", "zh", "{姓名|朋友}：{积分}分，{门店}，{截止}", ana, "Ana：12,500分，Centro，14 de marzo"},
		{"a Chinese word for an empty field", "zh", "{姓名|朋友}您好[，凭{券码}]", nil, "朋友您好"},
		{"case, accents and spaces do not matter", "es", "{ NOMBRE } {Código}", ana, "Ana 2345BCDF"},
		{"a word for an empty field", "es", "Hola {nombre|amigo}, ven", Fields{}, "Hola amigo, ven"},
		{"which is not needed", "es", "Hola {nombre|amigo}, ven", ana, "Hola Ana, ven"},
		{"no gap before a comma", "es", "Hola {nombre}, ven", nil, "Hola, ven"},
		{"no gap between words", "es", "Hola {nombre} ven", nil, "Hola ven"},
		{"no gap at the begin", "es", "{nombre} ven", nil, "ven"},
		{"no gap at the end", "es", "Ven {nombre}", nil, "Ven"},
		{"singular", "es", "{puntos} {puntos#punto|puntos}", Fields{"points": "1"}, "1 punto"},
		{"plural", "es", "{puntos} {puntos#punto|puntos}", Fields{"points": "0"}, "0 puntos"},
		{"plural with a half-word", "en", "point{points#|s}", Fields{"points": "2"}, "points"},
		{"an optional part", "es", "Ven[ hasta el {fin}]!", ana, "Ven hasta el 14 de marzo!"},
		{"is left out", "es", "Ven[ hasta el {fin}]!", nil, "Ven!"},
		{"when one field is empty", "es", "Ven[ a {tienda} hasta el {fin}]!", Fields{"store": "Centro"}, "Ven!"},
		{"brackets without a field are text", "es", "[NUEVO] ven [ya", nil, "[NUEVO] ven [ya"},
		{"template code is text", "es", "{{.}} {{call}} {{nombre}} {{", ana, "{{.}} {{call}} {{nombre}} {{"},
		{"format strings are text", "es", "50% %s %d {nombre}", ana, "50% %s %d Ana"},
		{"faces are text", "es", ":{ :} {1} {} {.}", nil, ":{ :} {1} {} {.}"},
		{"values are no words", "es", "{nombre}", Fields{"name": "{puntos}{{.}}[x]"}, "{puntos}{{.}}[x]"},
		{"values are bounded", "es", "{nombre}", Fields{"name": strings.Repeat("a", 1000)}, strings.Repeat("a", 20)},
		{"values are one line", "es", "{nombre}", Fields{"name": "A\nB\x07C\u200dD\xff"}, "A B CD"},
		{"lines of the words stay", "es", "Hola {nombre}\nVen", ana, "Hola Ana\nVen"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := Fill(test.lang, test.words, test.fields)
			if err != nil || got != test.want {
				t.Errorf("got %q, %v, want %q", got, err, test.want)
			}
		})
	}
}

func TestFillSaysWhatIsWrong(t *testing.T) {
	tests := []struct {
		name, lang, words string
		fields            Fields
		code              db.Code
		says              string
	}{
		{"unknown field", "es", "Hola {nonbre}", nil, db.Invalid, "there is no {nonbre}: write one of {nombre}, {puntos}, {faltan}"},
		{"unknown field in English", "en", "Hi {nombree|friend}", nil, db.Invalid, "{name}, {points}"},
		{"unknown field in an optional part", "es", "[Hola {nonbre}]", nil, db.Invalid, "{nonbre}"},
		{"two words are no field", "es", "{mi nombre}", nil, db.Invalid, "{mi nombre}"},
		{"not closed", "es", "Hola {nombre, ven", nil, db.Invalid, "{nombre,"},
		{"not closed before another", "es", "Hola {nombre {puntos}", nil, db.Invalid, "{nombre"},
		{"plural of a word", "es", "{nombre#a|b}", nil, db.Invalid, "number"},
		{"three forms", "es", "{puntos#a|b|c}", nil, db.Invalid, "number"},
		{"a field of our own texts", "es", "{balance}", nil, db.Invalid, "{balance}"},
		{"no such language", "xx", "Hola", nil, db.Invalid, "en, es, fr, zh"},
		{"a value for no field", "es", "Hola", Fields{"balance": "1"}, db.Internal, "balance"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := Fill(test.lang, test.words, test.fields)
			if got != "" || db.CodeOf(err) != test.code || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %q, %v, want %s with %q", got, err, test.code, test.says)
			}
		})
	}
}

func TestUsed(t *testing.T) {
	got, err := Used("es", "{Nombre|amigo}[ {codigo}] {puntos} {puntos#punto|puntos}")
	if diff := cmp.Diff([]string{"name", "code", "points"}, got); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
	if _, err := Used("es", "{nonbre}"); db.CodeOf(err) != db.Invalid {
		t.Errorf("error %v", err)
	}
}

// Whatever a member is called, the text around the name stays what it was.
func TestAValueChangesNothingAroundIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.OneOf(rapid.String(), rapid.StringMatching(`[{}\[\]|#a-z ñ\n]{0,30}`)).Draw(t, "value")
		got, err := Fill("es", "<{nombre}> {puntos}", Fields{"name": value, "points": "7"})
		if err != nil {
			t.Fatal(err)
		}
		inner, ok := strings.CutPrefix(got, "<")
		inner, end := strings.CutSuffix(inner, "> 7")
		if !ok || !end || utf8.RuneCountInString(inner) > 20 || !utf8.ValidString(inner) || strings.ContainsFunc(inner, unicode.IsControl) {
			t.Fatalf("%q became %q", value, got)
		}
		again, err := Render("es", "name_saved", Fields{"name": "x" + value})
		if err != nil || !strings.HasPrefix(again, "Gracias, x") || !strings.HasSuffix(again, ". Desde ahora te llamamos por tu nombre.") {
			t.Fatalf("%q became %q, %v", value, again, err)
		}
	})
}

// Words without our braces and brackets come out as they went in.
func TestPlainWordsStay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := strings.TrimSpace(rapid.StringMatching(`([^{\[]|\{\{[^}]*\}\}){0,40}`).Draw(t, "words"))
		if got, err := Fill("en", words, Fields{"name": "Ana"}); err != nil || got != words {
			t.Fatalf("%q became %q, %v", words, got, err)
		}
	})
}

func FuzzFill(f *testing.F) {
	f.Add("Hola {nombre|amigo}[, {puntos} {puntos#punto|puntos}] {{.}}", "Ana")
	f.Add("{nombre", "{puntos}")
	f.Add("[[{fin}]] {a|b#c} }{", "\xff\x00")
	f.Fuzz(func(t *testing.T, words, value string) {
		got, err := Fill("es", words, Fields{"name": value, "points": "1"})
		if err != nil {
			if got != "" || db.CodeOf(err) != db.Invalid {
				t.Fatalf("%q: %q, %v", words, got, err)
			}
			return
		}
		if names, err := Used("es", words); err != nil || len(names) == 0 && got != strings.TrimSpace(words) {
			t.Fatalf("%q has no fields and became %q (%v)", words, got, err)
		}
		if len(got) > len(words)*(1+len("ñ")*20) {
			t.Fatalf("%q grew to %q", words, got)
		}
	})
}
