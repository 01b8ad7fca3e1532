package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"fiel/campaigns"
)

type recipeCmd struct {
	List recipeListCmd `cmd:"" help:"The ready-made campaigns there are."`
	Show recipeShowCmd `cmd:"" help:"What a recipe asks, when it happens, to whom, and its words."`
}

type recipeListCmd struct{}

// recipeView is a recipe as --json prints it.
type recipeView struct {
	Name string `json:"name"`
	campaigns.Recipe
	Asks []string `json:"asks"`
}

func viewRecipe(r campaigns.Recipe) recipeView {
	v := recipeView{Name: r.Name, Recipe: r, Asks: []string{"What is the occasion?", "When does it end?"}}
	if r.AsksOffer() {
		v.Asks = append([]string{"What is the offer?"}, v.Asks...)
	}
	if more := r.Asks(); more != "" {
		v.Asks = append(v.Asks, more)
	}
	return v
}

// recipeNames are the recipes there are, for the help.
func recipeNames() []string {
	var names []string
	for _, r := range campaigns.Recipes() {
		names = append(names, r.Name)
	}
	return names
}

// Run lists the recipes.
func (c *recipeListCmd) Run(a *App) error {
	views := []recipeView{}
	for _, r := range campaigns.Recipes() {
		views = append(views, viewRecipe(r))
	}
	return a.answer(views, func(w io.Writer) {
		t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
		fmt.Fprintln(t, "RECIPE\tWHAT\tWHEN")
		for _, v := range views {
			fmt.Fprintf(t, "%s\t%s\t%s\n", v.Name, v.Title["en"], whenWords(v.Calendar))
		}
		t.Flush()
	})
}

type recipeShowCmd struct {
	Name string `arg:"" help:"Name of the recipe."`
}

// Run shows a recipe.
func (c *recipeShowCmd) Run(a *App) error {
	r, err := campaigns.RecipeByName(c.Name)
	if err != nil {
		return err
	}
	v := viewRecipe(r)
	return a.answer(v, func(w io.Writer) {
		fmt.Fprintf(w, "%s: %s\nWhen: %s\nAudience: %s\nHeld out: %d %%\n", v.Name, v.Title["en"], whenWords(v.Calendar), everybodyOr(v.Audience), v.Holdout)
		for _, q := range v.Asks {
			fmt.Fprintln(w, q)
		}
		printByLanguage(w, "Occasion", v.Occasion)
		printByLanguage(w, "Words", v.Words)
		if len(v.Steps) > 0 {
			fmt.Fprintf(w, "Steps: %s\n", onOneLine(v.Steps))
		}
		if len(v.Game) > 0 {
			fmt.Fprintf(w, "Game: %s\n", onOneLine(v.Game))
		}
	})
}

// everybodyOr is an audience as JSON, in a word where it asks for nothing.
func everybodyOr(audience json.RawMessage) string {
	if form := onOneLine(audience); form != "" && form != "{}" {
		return form
	}
	return "everybody"
}

// onOneLine is JSON without the line breaks of its file.
func onOneLine(raw json.RawMessage) string {
	var line bytes.Buffer
	if json.Compact(&line, raw) != nil {
		return string(raw)
	}
	return line.String()
}
