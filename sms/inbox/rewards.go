package inbox

import (
	"context"
	"sort"
	"strings"

	"fiel/db"
	"fiel/rewards"
	"fiel/sms"
	"fiel/templates"
)

// rewardList answers the rewards with their numbers, those within reach first, as many as fit one part.
func rewardList(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	list, err := rewards.CatalogueFor(ctx, tx, th.Program, th.Member)
	if err != nil {
		return Reply{}, err
	}
	points, err := th.points(ctx, tx)
	if err != nil {
		return Reply{}, err
	}
	have := templates.Fields{"balance": digits(points)}
	if len(list) == 0 {
		return th.say("rewards_none", have)
	}
	sort.SliceStable(list, func(i, j int) bool {
		return list[i].Cost <= points && list[j].Cost > points
	})
	reply, err := th.say("rewards_head", have)
	if err != nil {
		return Reply{}, err
	}
	lines := make([]string, 0, len(list))
	for _, r := range list {
		line, err := th.say("rewards_line", templates.Fields{"number": digits(r.Number), "reward": r.Name, "cost": digits(r.Cost)})
		if err != nil {
			return Reply{}, err
		}
		lines = append(lines, line.Body)
	}
	reply.Body = fit(reply.Body, lines)
	return reply, nil
}

// fit adds lines while the text stays within one part; the first line always stands.
func fit(head string, lines []string) string {
	text := head
	for i, line := range lines {
		longer := sms.Spell(strings.TrimSpace(text + "\n" + line))
		if i > 0 && sms.Count(longer).Parts > 1 {
			break
		}
		text = longer
	}
	return text
}
