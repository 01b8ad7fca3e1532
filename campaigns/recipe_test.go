package campaigns

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
)

func TestRecipes(t *testing.T) {
	var names []string
	for _, r := range Recipes() {
		names = append(names, r.Name)
		for _, language := range []string{"es", "en"} {
			t.Run(r.Name+"/"+language, func(t *testing.T) { checkRecipe(t, r, language) })
		}
	}
	if want := []string{"anniversary", "birthday", "blast", "flash", "lapsed"}; !slices.Equal(names, want) {
		t.Errorf("there are %v, want %v", names, want)
	}
	if _, err := RecipeByName("lottery"); db.CodeOf(err) != db.Missing {
		t.Error(err)
	}
}

// checkRecipe writes the recipe's text with usual values: it fits one part, says who writes and how to stop.
func checkRecipe(t *testing.T, r Recipe, language string) {
	if r.Title[language] == "" || r.Occasion[language] == "" || r.Words[language] == "" {
		t.Fatal("something is not said in this language")
	}
	p := members.Program{Name: "Panaderia Del Valle", Zone: "America/Mexico_City", Language: "es"}
	o := Occurrence{Ends: time.Date(2027, 9, 29, 18, 30, 0, 0, p.Location())}
	c := content{Words: r.Words, Offer: Offer{Text: map[string]string{"es": "20% en todo", "en": "20% off"}, Occasion: r.Occasion}}
	var maria candidate
	maria.Name = "Maria Fernanda"
	for _, code := range []string{"", sampleCode} {
		body, parts, err := c.scriptFor(p, p.Location(), o, language).fill(p, maria, code, 2)
		if err != nil || parts != 1 {
			t.Errorf("%d parts, %v: %q", parts, err, body)
		}
		if !strings.HasPrefix(body, p.Name+": ") || !strings.HasSuffix(body, map[string]string{"es": ". BAJA para salir", "en": ". STOP to leave"}[language]) {
			t.Errorf("%q does not say who writes or how to stop", body)
		}
		if strings.Contains(body, code) != true || strings.ContainsAny(body, "{}[]") || sms.Count(body).Encoding != sms.GSM7 {
			t.Errorf("%q", body)
		}
	}
	nobody, _, err := c.scriptFor(p, p.Location(), o, language).fill(p, candidate{}, "", 0)
	if err != nil || !strings.Contains(nobody, map[string]string{"es": "amigo", "en": "friend"}[language]) {
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
