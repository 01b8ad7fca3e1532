package campaigns

import (
	"context"
	"math"

	"fiel/db"
	"fiel/members"
)

// Answers is what members answered to a campaign's texts, the latest run first.
type Answers struct {
	Campaign string       `json:"campaign"`
	Runs     []RunAnswers `json:"runs"`
}

// RunAnswers is what members answered to one run; of the four there is the one that its game is.
type RunAnswers struct {
	Occurrence string         `json:"occurrence"`
	Wheel      *WheelAnswers  `json:"wheel,omitempty"`
	Hunt       *HuntAnswers   `json:"hunt,omitempty"`
	Survey     *SurveyAnswers `json:"survey,omitempty"`
	Event      *EventAnswers  `json:"event,omitempty"`
}

// Answerer is who answered; a member who was erased has neither name nor phone.
type Answerer struct {
	Member int64  `json:"member"`
	Name   string `json:"name"`
	Phone  string `json:"phone"`
}

// WheelAnswers is what a wheel gave.
type WheelAnswers struct {
	Spins  int64   `json:"spins"`
	Prizes []Given `json:"prizes"` // the consolation last
}

// Given is how often a prize was given.
type Given struct {
	Prize string `json:"prize"`
	Odds  int64  `json:"odds"` // of the wheel's whole; of the consolation what is left
	Given int64  `json:"given"`
	Stock int64  `json:"stock"` // 0: no limit
}

// HuntAnswers is how far a treasure hunt has come.
type HuntAnswers struct {
	Clues   int64    `json:"clues"`
	Hunters []Hunter `json:"hunters"` // who found it first comes first, at most 10,000
}

// Hunter is somebody who looks for the treasure.
type Hunter struct {
	Answerer
	Solved int64 `json:"solved"` // clues
	Found  int64 `json:"found"`  // unix milliseconds, 0: not yet
	Won    bool  `json:"won"`    // while there was a prize
}

// SurveyAnswers are the scores of a survey.
type SurveyAnswers struct {
	Scores  []int64 `json:"scores"` // how many gave 0, 1 ... 10
	Count   int64   `json:"count"`
	NPS     *int64  `json:"nps"`     // share of 9 and 10 less share of 0 to 6, in points of a hundred; none without scores
	Answers []Said  `json:"answers"` // the latest first, at most 10,000
}

// Said is one score.
type Said struct {
	Answerer
	Score   int64  `json:"score"`
	Comment string `json:"comment"`
	Store   int64  `json:"store,omitempty"`
	At      int64  `json:"at"` // unix milliseconds
}

// EventAnswers is who comes.
type EventAnswers struct {
	Capacity int64   `json:"capacity"`
	Taken    int64   `json:"taken"`
	Guests   []Guest `json:"guests"` // by name, who does not come last, at most 10,000
}

// Guest is an answer to an invitation.
type Guest struct {
	Answerer
	Places int64 `json:"places"` // 0: does not come
	At     int64 `json:"at"`     // unix milliseconds
}

// mostAnswers is how many people a report of answers names.
const mostAnswers = 10_000

// Answers tells what members answered: db.Missing for a campaign that there is not, db.Refused for one that asks nothing.
func (s *Service) Answers(ctx context.Context, program, id int64) (all Answers, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := campaignByID(ctx, tx, program, id)
		if err != nil {
			return err
		}
		p, err := members.ProgramByID(ctx, tx, program)
		if err != nil {
			return err
		}
		all = Answers{Campaign: c.Name, Runs: []RunAnswers{}}
		runs, err := New(tx).runsOf(ctx, runsOfParams{ProgramID: program, CampaignID: id, Limit: mostRuns})
		if err != nil {
			return err
		}
		for _, r := range runs {
			if r.Asks == "" {
				continue
			}
			one, err := r.answers(ctx, tx, p.Language)
			if err != nil {
				return err
			}
			all.Runs = append(all.Runs, one)
		}
		if kind, err := asks([]byte(c.Game)); err != nil || kind == "" && len(all.Runs) == 0 {
			return db.Errorf(db.Refused, "%q asks nothing: it is no wheel, treasure hunt, survey or event.", c.Name)
		}
		return nil
	})
	return all, err
}

func (r Run) answers(ctx context.Context, tx *db.Tx, language string) (a RunAnswers, err error) {
	var frozen content
	if err := unpack(r.Frozen, &frozen); err != nil {
		return a, err
	}
	g, err := ParseGame(frozen.Game)
	if err != nil {
		return a, err
	}
	a.Occurrence = r.Occurrence
	switch {
	case g.Wheel != nil:
		a.Wheel, err = r.wheelAnswers(ctx, tx, *g.Wheel, language)
	case g.Hunt != nil:
		a.Hunt, err = r.huntAnswers(ctx, tx, *g.Hunt)
	case g.Survey != nil:
		a.Survey, err = r.surveyAnswers(ctx, tx)
	case g.Event != nil:
		a.Event, err = r.eventAnswers(ctx, tx, *g.Event)
	}
	return a, err
}

func (r Run) wheelAnswers(ctx context.Context, tx *db.Tx, w Wheel, language string) (*WheelAnswers, error) {
	rows, err := New(tx).spinsOf(ctx, r.ProgramID, r.ID)
	given, a, left := map[string]int64{}, &WheelAnswers{}, w.whole()
	for _, row := range rows {
		given[row.Prize] = row.N
		a.Spins += row.N
	}
	for _, p := range w.Prizes {
		a.Prizes = append(a.Prizes, Given{Prize: p.called(language), Odds: p.Odds, Given: given[p.key()], Stock: p.Stock})
		left -= p.Odds
	}
	a.Prizes = append(a.Prizes, Given{Prize: consoled, Odds: left, Given: given[consoled]})
	return a, err
}

func (r Run) huntAnswers(ctx context.Context, tx *db.Tx, h TreasureHunt) (*HuntAnswers, error) {
	rows, err := New(tx).huntersOf(ctx, huntersOfParams{ProgramID: r.ProgramID, RunID: r.ID, Most: mostAnswers})
	a := &HuntAnswers{Clues: int64(len(h.Clues)), Hunters: []Hunter{}}
	for _, row := range rows {
		a.Hunters = append(a.Hunters, Hunter{Answerer{row.MemberID, row.Name, row.Phone}, row.Step, row.DoneAt, row.Won})
	}
	return a, err
}

func (r Run) surveyAnswers(ctx context.Context, tx *db.Tx) (*SurveyAnswers, error) {
	counts, err := New(tx).scoreCounts(ctx, r.ProgramID, r.ID)
	if err != nil {
		return nil, err
	}
	a := &SurveyAnswers{Scores: make([]int64, 11), Answers: []Said{}}
	for _, c := range counts {
		a.Scores[c.Score] = c.N
		a.Count += c.N
	}
	a.NPS = nps(a.Scores)
	rows, err := New(tx).scoresOf(ctx, scoresOfParams{ProgramID: r.ProgramID, RunID: r.ID, Most: mostAnswers})
	for _, row := range rows {
		a.Answers = append(a.Answers, Said{Answerer{row.MemberID, row.Name, row.Phone}, row.Score, row.Comment, row.StoreID, row.At})
	}
	return a, err
}

// nps is the net promoter score of how many gave 0 to 10, rounded; nil of none.
func nps(scores []int64) *int64 {
	var count, net float64
	for score, n := range scores {
		count += float64(n)
		switch {
		case score >= 9:
			net += float64(n)
		case score <= 6:
			net -= float64(n)
		}
	}
	if count == 0 {
		return nil
	}
	rounded := int64(math.Round(100 * net / count))
	return &rounded
}

func (r Run) eventAnswers(ctx context.Context, tx *db.Tx, e Invitation) (*EventAnswers, error) {
	taken, err := New(tx).taken(ctx, takenParams{ProgramID: r.ProgramID, RunID: r.ID, Name: places})
	if err != nil {
		return nil, err
	}
	a := &EventAnswers{Capacity: e.Capacity, Taken: taken, Guests: []Guest{}}
	rows, err := New(tx).guestsOf(ctx, guestsOfParams{ProgramID: r.ProgramID, RunID: r.ID, Most: mostAnswers})
	for _, row := range rows {
		a.Guests = append(a.Guests, Guest{Answerer{row.MemberID, row.Name, row.Phone}, row.Places, row.At})
	}
	return a, err
}
