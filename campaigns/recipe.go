package campaigns

import (
	"embed"
	"encoding/json"
	"path"
	"slices"
	"strings"

	"fiel/db"
	"fiel/sms"
)

//go:embed recipes/*.json
var recipeFiles embed.FS

var recipes = readRecipes()

// Recipe is a ready-made campaign: it asks only for the offer, the occasion and the end. recipes/*.json has one a file, with words in every
// language there is.
type Recipe struct {
	Name     string            `json:"-"`     // of its file
	Title    map[string]string `json:"title"` // for people, by language
	Class    string            `json:"class"` // of its texts, see sms.Class
	Calendar Calendar          `json:"calendar"`
	Audience json.RawMessage   `json:"audience"`
	Holdout  int64             `json:"holdout"`  // per cent of the audience that get no text, to compare with
	Occasion map[string]string `json:"occasion"` // what {occasion} is unless the owner says it, by language
	Words    map[string]string `json:"words"`    // by language
	Steps    json.RawMessage   `json:"steps"`    // of a series: see series.go
	Needs    string            `json:"needs"`    // what a recipe cannot know and has to be said: needsItems, needsClues
	Game     json.RawMessage   `json:"game"`     // what answers to its texts belong to: see game.go
}

// What a recipe may need.
const (
	needsItems = "items" // which purchases a series follows
	needsClues = "clues" // of a treasure hunt
)

// Asks is what a recipe needs to be told beside the three questions, as a question; ” for nothing.
func (r Recipe) Asks() string {
	switch r.Needs {
	case needsItems:
		return "Which products or categories does it follow?"
	case needsClues:
		return "What are the clues, and what is the prize?"
	}
	return ""
}

// Recipes lists the recipes there are, by name.
func Recipes() []Recipe { return slices.Clone(recipes) }

// RecipeByName answers db.Missing with the names there are.
func RecipeByName(name string) (Recipe, error) {
	names := make([]string, len(recipes))
	for i, r := range recipes {
		if r.Name == name {
			return r, nil
		}
		names[i] = r.Name
	}
	return Recipe{}, db.Errorf(db.Missing, "There is no recipe %q. There are %s.", name, strings.Join(names, ", "))
}

// readRecipes panics on a bad file: the files are part of the program.
func readRecipes() []Recipe {
	files, err := recipeFiles.ReadDir("recipes")
	if err != nil {
		panic(err)
	}
	list := make([]Recipe, len(files))
	for i, f := range files {
		raw, err := recipeFiles.ReadFile("recipes/" + f.Name())
		if err == nil {
			err = readJSON(raw, &list[i])
		}
		list[i].Name = strings.TrimSuffix(f.Name(), path.Ext(f.Name()))
		if err == nil {
			err = list[i].check()
		}
		if err != nil {
			panic("recipes/" + f.Name() + ": " + err.Error())
		}
	}
	return list
}

func (r Recipe) check() error {
	if _, err := r.Calendar.read(); err != nil {
		return err
	}
	if _, err := classNamed(r.Class); err != nil {
		return err
	}
	if _, err := parseSteps(r.Steps, r.Calendar.event()); err != nil {
		return err
	}
	a, err := parseAudience(r.Audience)
	if err != nil {
		return err
	}
	_, err = occasionOf(a)
	return err
}

func classNamed(name string) (sms.Class, error) {
	for _, c := range []sms.Class{sms.Service, sms.Marketing} {
		if c.String() == name {
			return c, nil
		}
	}
	return 0, db.Errorf(db.Invalid, "%q is no class of a campaign's texts.", name)
}
