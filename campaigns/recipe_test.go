package campaigns

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
	"fiel/templates"
)

func TestRecipes(t *testing.T) {
	var names []string
	for _, r := range Recipes() {
		names = append(names, r.Name)
		for _, language := range []string{"es", "en", "fr", "zh"} {
			t.Run(r.Name+"/"+language, func(t *testing.T) { checkRecipe(t, r, language) })
		}
	}
	want := []string{
		"anniversary", "birthday", "blast", "digest", "event", "expiry", "flash", "hunt", "lapsed", "match", "newsletter", "rhythm", "star", "survey", "tier",
		"welcome", "wheel",
	}
	if !slices.Equal(names, want) {
		t.Errorf("there are %v, want %v", names, want)
	}
	if _, err := RecipeByName("lottery"); db.CodeOf(err) != db.Missing {
		t.Error(err)
	}
}

// usual is what a shop that speaks a language fills a recipe with.
var usual = map[string]struct{ shop, name, friend, offer, bye string }{
	"es": {"Panaderia Del Valle", "Maria Fernanda", "amigo", "20% en todo", "BAJA para salir"},
	"en": {"Valley Street Bakery", "Mary Elizabeth", "friend", "20% off everything", "STOP to leave"},
	"fr": {"Boulangerie du Val", "Marie-Christine", "ami", "20% sur tout", "Stop : ARRET"},
	"zh": {"山谷面包店", "王芳", "朋友", "全场八折", "退订请回TD"},
}

// checkRecipe writes each text of the recipe with usual values: it fits one part, says who writes and, in a promotion, how to stop.
func checkRecipe(t *testing.T, r Recipe, language string) {
	if r.Title[language] == "" || r.Occasion[language] == "" || r.Words[language] == "" {
		t.Fatal("something is not said in this language")
	}
	steps, err := parseSteps(r.Steps, r.Calendar.event())
	if err != nil {
		t.Fatal(err)
	}
	texts := []map[string]string{r.Words}
	for _, s := range steps {
		if len(s.Words) > 0 {
			texts = append(texts, s.Words)
		}
	}
	for _, words := range texts {
		if words[language] == "" {
			t.Fatal("a step is not said in this language")
		}
		for _, offer := range []string{usual[language].offer, ""} {
			for _, code := range []string{sampleCode, ""} {
				if offer != "" || !asksFor(words[language])["offer"] {
					checkText(t, r, language, words, offer, code)
				}
			}
		}
	}
}

func checkText(t *testing.T, r Recipe, language string, words map[string]string, offer, code string) {
	u := usual[language]
	if !slices.Contains(templates.Languages(), language) {
		t.Logf("nothing is said in %s yet", language)
		return
	}
	p := members.Program{Name: u.shop, Zone: "America/Mexico_City", Language: language}
	c := content{Words: words, Offer: Offer{Text: map[string]string{language: offer}, Occasion: r.Occasion}}
	who := candidate{}
	who.Name, who.Balance = u.name, 1250
	o := Occurrence{Ends: time.Date(2027, 9, 30, 0, 0, 0, 0, p.Location())}
	if r.Calendar.Ends == "18:00" {
		o.Ends = o.Ends.Add(-6 * time.Hour)
	}
	body, parts, err := c.scriptFor(p, p.Location(), o, language).fill(p, who, code, 2)
	if err != nil || parts != 1 {
		t.Errorf("%d parts, %v: %q", parts, err, body)
	}
	bye := strings.HasSuffix(strings.TrimSuffix(body, "。"), u.bye)
	if !strings.HasPrefix(strings.TrimPrefix(body, "【"), u.shop) || bye != (r.Class == sms.Marketing.String()) {
		t.Errorf("%q does not say who writes or how to stop", body)
	}
	says := strings.Contains(words[language], "{code}") || strings.Contains(words[language], "{codigo}") || strings.Contains(words[language], "{券码}")
	if says && !strings.Contains(body, code) || !strings.Contains(body, offer) && asksFor(words[language])["offer"] || strings.ContainsAny(body, "{}[]") {
		t.Errorf("%q", body)
	}
	if gsm := sms.Count(body).Encoding == sms.GSM7; gsm != (language != "zh") {
		t.Errorf("%q has letters that cost", body)
	}
	nobody, _, err := c.scriptFor(p, p.Location(), o, language).fill(p, candidate{}, code, 0)
	if err != nil || !strings.Contains(nobody, u.friend) {
		t.Errorf("%v: %q", err, nobody)
	}
}

func TestWordsOfAnotherLanguage(t *testing.T) {
	p := members.Program{Name: "Cafe Sol", Zone: "America/Lima", Language: "es"}
	c := content{
		Words: map[string]string{"es": "Hola {nombre}: {Oferta} hasta el {fin}", "en": "Hi {name}: {offer} until {end}"},
		Offer: Offer{Text: map[string]string{"es": "2x1 en cafe"}},
	}
	midnight := Occurrence{Ends: time.Date(2027, 3, 8, 0, 0, 0, 0, p.Location())}
	var ana candidate
	ana.Name = "{code} Ana"
	for language, want := range map[string]string{
		"es": "Hola {code} Ana: 2x1 en cafe hasta el 7 de marzo",
		"en": "Hi {code} Ana: 2x1 en cafe until March 7",
		"fr": "Hola {code} Ana: 2x1 en cafe hasta el 7 de marzo",
		"":   "Hola {code} Ana: 2x1 en cafe hasta el 7 de marzo",
	} {
		if body, _, err := c.scriptFor(p, p.Location(), midnight, language).fill(p, ana, "", 0); err != nil || body != want {
			t.Errorf("%q: %q, %v", language, body, err)
		}
	}
}
