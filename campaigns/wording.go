package campaigns

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"

	"fiel/db"
	"fiel/members"
)

// Wordings of a campaign that has two.
const (
	WordingA = "a"
	WordingB = "b"
)

// scriptKey is what the words of a run are filled in for: the language of a member, and the wording they get.
type scriptKey struct{ language, wording string }

func (k scriptKey) compare(o scriptKey) int {
	return cmp.Or(cmp.Compare(k.language, o.language), cmp.Compare(k.wording, o.wording))
}

// wording draws which wording a member gets: the same in every run of a campaign, and independent of who is held out. ” where there is
// only one, or only one in the member's language: who could not have got the other says nothing about which is better.
func (pl *planner) wording(c candidate) string {
	if len(pl.content.WordsB) == 0 {
		return ""
	}
	_, a := wordsIn(pl.content.Words, c.Language, pl.program.Language)
	_, b := wordsIn(pl.content.WordsB, c.Language, pl.program.Language)
	if a != b {
		return ""
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "wording %d %d %d", pl.program.ID, pl.run.CampaignID, c.ID))
	return []string{WordingA, WordingB}[sum[0]&1]
}

// worded is the content as the members of one wording get it.
func (c content) worded(wording string) content {
	if wording == WordingB {
		c.Words, c.Link = c.WordsB, c.LinkB
	}
	return c
}

// checkWordsB refuses a second wording that would not do as the first, or that nobody would get.
func (n NewCampaign) checkWordsB(p members.Program) error {
	b := n
	b.Words = n.WordsB
	for _, language := range slices.Sorted(maps.Keys(n.WordsB)) {
		if n.Words[language] == "" {
			return db.Errorf(db.Invalid, "The second wording has words in %q, the first has none: an A/B needs both in a language.", language)
		}
		if n.Words[language] == n.WordsB[language] {
			return db.Errorf(db.Invalid, "Both wordings in %q are the same.", language)
		}
		if err := b.checkWords(p, language); err != nil {
			return err
		}
	}
	return nil
}
