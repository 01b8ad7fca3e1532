package inbox

import (
	"context"

	"fiel/db"
	"fiel/members"
)

// route finds who answers: first what keeps a text from being a command at all, then the commands.
func (th *Thread) route() answerer {
	it := th.Intent
	switch {
	case it.Empty:
		return forShop
	case th.past && !lasting[it.Command]:
		return lost
	case it.Command == Stop:
		return stop
	case it.Command == Comment:
		return comments
	case it.StopHint:
		return stopHint
	case it.Suggest != "":
		return didYouMean
	case it.Command == Join:
		return join
	case it.Command == Claim:
		return claim
	case it.Command == Help:
		return help
	case it.Command == Data:
		return data
	case it.Command == Erase:
		return erase
	case it.Command == Move:
		return move
	case th.Member.ID == 0 && it.PromosOff:
		return stopHint
	case th.Member.ID == 0 && it.Command != "":
		return notMember
	}
	if a, ok := commands[it.Command]; ok {
		return a
	}
	return helpLine
}

// commands answer a member. What is recognised but not answered yet gets the help line and a person.
var commands = map[Command]answerer{
	Balance:  balance,
	Rewards:  rewardList,
	Redeem:   redeem,
	Why:      why,
	Tier:     tier,
	Friend:   friend,
	Name:     name,
	Birthday: birthday,
	Promos:   promos,
	Language: language,
	Reset:    reset,
	Yes:      yes,
	No:       no,
	Choice:   choice,
	Spin:     spin,
	Clue:     clue,
	Score:    score,
}

// lasting is what is done for a text that came before a restore: who may be texted, who somebody is. It needs no answer to be right.
var lasting = map[Command]bool{
	Stop: true, Join: true, Erase: true, Yes: true, No: true, Promos: true, Reset: true, Language: true, Name: true, Birthday: true,
}

// lost does nothing for a text that came before a restore and whose answer is gone with what it was about. Where the member took
// something home from it, a code that no till knows any more, a person should know.
func lost(_ context.Context, _ *db.Tx, th *Thread) (Reply, error) {
	switch th.Intent.Command {
	case Redeem, Choice, Claim, Move, None:
		return Reply{ForShop: true}, nil
	}
	return Reply{}, nil
}

// forShop answers nothing and leaves the text to a person: a picture without words.
func forShop(context.Context, *db.Tx, *Thread) (Reply, error) { return Reply{ForShop: true}, nil }

// notMember tells a stranger how to join, whatever they asked for: nothing shows whether a number is known.
func notMember(_ context.Context, _ *db.Tx, th *Thread) (Reply, error) {
	return th.say("not_member", nil)
}

// kinds are what the matcher has to know of the open questions.
func kinds(open []members.Question) []Kind {
	list := make([]Kind, 0, len(open))
	for _, q := range open {
		list = append(list, Kind(q.Kind))
	}
	return list
}
