package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"fiel/members"
)

// print writes all that is known of a reward, one line each.
func (v rewardView) print(w io.Writer, p members.Program) {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	defer t.Flush()
	line := func(what, words string) {
		if words != "" {
			fmt.Fprintf(t, "%s\t%s\n", what, words)
		}
	}
	line("number", v.number())
	line("name", v.Name)
	line("what", v.what(p))
	line("cost", fmt.Sprint(v.Cost, " points"))
	line("left", v.left())
	line("for", v.who())
	line("choices", strings.Join(v.Choices, ", "))
	line("days to use", fmt.Sprint(*v.Days))
	if v.NextDay {
		line("good", "from the next day")
	}
	if v.Minimum > 0 {
		line("purchase", "of at least "+money(p, v.Minimum))
	}
	line("in the sale", strings.Join(append(append([]string{}, v.Categories...), v.Products...), ", "))
	line("stores", strings.Join(v.Stores, ", "))
}
