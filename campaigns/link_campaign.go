package campaigns

import (
	"context"
	"strings"

	"fiel/db"
	"fiel/members"
)

// addCampaignLinks makes the short link of a campaign's words; with two wordings one for each, so that the clicks of each are known.
// No member is in it: a text of a thousand has the same link as the others.
func addCampaignLinks(ctx context.Context, tx *db.Tx, p members.Program, c Campaign, n NewCampaign) error {
	wordings := []string{WordingA}
	if len(n.WordsB) > 0 {
		wordings = append(wordings, WordingB)
	}
	for _, w := range wordings {
		if _, err := AddLink(ctx, tx, p, NewLink{Target: n.Link, Name: n.Name, Campaign: c.ID, Wording: w}); err != nil {
			return err
		}
	}
	return nil
}

func (n NewCampaign) checkLink(p members.Program) error {
	if n.Link == "" {
		return nil
	}
	if p.PublicURL == "" {
		return db.Errorf(db.Refused, "A short link is on this server's own address: set FIEL_PUBLIC_URL first.")
	}
	_, err := linkTarget(n.Link)
	return err
}

// sampleLink is as long as the link of a text.
func sampleLink(p members.Program) string {
	return p.PublicURL + "/l/" + programLetters(p.ID) + strings.Repeat("X", drawnAtLink)
}

// linked writes the campaign's short links into what a run freezes.
func (c content) linked(ctx context.Context, tx *db.Tx, of Campaign) (content, error) {
	links, err := New(tx).linksOfCampaign(ctx, of.ProgramID, of.ID)
	if err != nil || len(links) == 0 {
		return c, err
	}
	p, err := members.ProgramByID(ctx, tx, of.ProgramID)
	if err != nil {
		return c, err
	}
	for _, l := range links {
		if l.Wording == WordingB {
			c.LinkB = l.Short(p.PublicURL)
		} else {
			c.Link = l.Short(p.PublicURL)
		}
	}
	return c, nil
}
