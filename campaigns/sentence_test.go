package campaigns

import (
	"testing"

	"fiel/members"
)

// said is an audience in a language, of a program that has named nothing.
func said(t *testing.T, language, form string) string {
	t.Helper()
	who, err := parseAudience([]byte(form))
	if err != nil {
		t.Fatalf("%s: %v", form, err)
	}
	return newSayer(language, members.Program{Currency: "PEN"}, &names{}).sentence(who)
}

// Whatever an audience can name can be said, and denied, in every language.
func TestEveryConditionCanBeSaid(t *testing.T) {
	for language := range phrasebooks {
		for _, k := range kinds() {
			yes, no := said(t, language, k.example), said(t, language, `{"not": `+k.example+`}`)
			if yes == "" || no == "" || yes == no {
				t.Errorf("%s: %s is %q, denied %q", language, k.name, yes, no)
			}
			t.Logf("%s: %s / %s", language, yes, no)
		}
	}
}
