package inbox

import (
	"context"
	"slices"
	"strings"

	"fiel/db"
	"fiel/members"
	"fiel/templates"
)

// language sets the language that the member is texted in, and answers in it.
func language(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	lang := th.Intent.Lang
	if th.Intent.Wrong != "" || !slices.Contains(templates.Languages(), lang) {
		return th.say("language_how", templates.Fields{"languages": strings.ToUpper(strings.Join(templates.Languages(), ", "))})
	}
	th.Language = lang
	if err := members.SetLanguage(ctx, tx, th.Member, lang); err != nil {
		return Reply{}, err
	}
	return th.say("language_set", nil)
}
