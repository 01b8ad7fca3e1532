package campaigns

import (
	"maps"
	"slices"
	"testing"

	"fiel/templates"
)

// asked are the fields that words ask for, those of the campaign and those of the member, each once and by their English names.
func asked(t *testing.T, language, words string) []string {
	t.Helper()
	found := map[string]bool{}
	rest := ownField.ReplaceAllStringFunc(words, func(field string) string {
		found[fieldNamed(field)] = true
		return ""
	})
	used, err := templates.Used(language, rest)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range used {
		found[name] = true
	}
	return slices.Sorted(maps.Keys(found))
}

// TestRecipesSayTheSameInEveryLanguage: title, occasion and words of each recipe, and of each step of a series, in every language that
// there are texts in and no other, with the fields that the Spanish words have.
func TestRecipesSayTheSameInEveryLanguage(t *testing.T) {
	for _, r := range Recipes() {
		steps, err := parseSteps(r.Steps, r.Calendar.event())
		if err != nil {
			t.Fatal(r.Name, err)
		}
		texts := []map[string]string{r.Title, r.Occasion, r.Words}
		for _, s := range steps {
			if len(s.Words) > 0 {
				texts = append(texts, s.Words)
			}
		}
		for _, words := range texts {
			if got := slices.Sorted(maps.Keys(words)); !slices.Equal(got, templates.Languages()) {
				t.Errorf("%s is said in %v: %q", r.Name, got, words["es"])
			}
			for language, said := range words {
				if want, got := asked(t, "es", words["es"]), asked(t, language, said); said == "" || !slices.Equal(got, want) {
					t.Errorf("%s in %s has the fields %v, in Spanish %v: %q", r.Name, language, got, want, said)
				}
			}
		}
	}
}

// TestOwnFieldsHaveANameInEveryLanguage: {offre} and {优惠} are the offer, and no name means a field of the member too.
func TestOwnFieldsHaveANameInEveryLanguage(t *testing.T) {
	for language, names := range map[string][]string{
		"es": {"{oferta}", "{Ocasión}", "{hora}", "{enlace}"}, "en": {"{offer}", "{occasion}", "{ time }", "{link}"},
		"fr": {"{offre}", "{occasion}", "{heure}", "{lien}"}, "zh": {"{优惠}", "{主题}", "{时间}", "{链接}"},
	} {
		for i, want := range []string{"offer", "occasion", "clock", "link"} {
			if got := fieldNamed(ownField.FindString(names[i])); got != want {
				t.Errorf("%s in %s is %q, want %s", names[i], language, got, want)
			}
			if used, err := templates.Used(language, names[i]); err == nil {
				t.Errorf("%s is the member's %v too", names[i], used)
			}
		}
	}
}
