package inbox

import "fiel/members"

// Command is what a text asks for.
type Command string

// The commands. [None] is a text that asks for nothing we know.
const (
	None     Command = ""
	Join     Command = "JOIN"
	Balance  Command = "BALANCE"
	Rewards  Command = "REWARDS"
	Redeem   Command = "REDEEM"
	Why      Command = "WHY"
	Tier     Command = "TIER"
	Name     Command = "NAME"
	Birthday Command = "BIRTHDAY"
	Friend   Command = "FRIEND"
	Promos   Command = "PROMOS"
	Stop     Command = "STOP"
	Help     Command = "HELP"
	Language Command = "LANGUAGE"
	Data     Command = "DATA"
	Erase    Command = "ERASE"
	Email    Command = "EMAIL"
	Move     Command = "MOVE"  // to another number
	Reset    Command = "RESET" // the number has a new owner
	Spin     Command = "SPIN"  // the wheel
	Yes      Command = "YES"
	No       Command = "NO"
	Score    Command = "SCORE"   // a number for an open survey; it has no keyword
	Claim    Command = "CLAIM"   // a code on its own; it has no keyword
	Clue     Command = "CLUE"    // the answer to an open clue; it has no keyword
	Choice   Command = "CHOICE"  // A, B or C of an open choice; it has no keyword
	Comment  Command = "COMMENT" // what is said after a score; it has no keyword
)

// keyworded lists the commands that have a keyword, so every language must have one for each.
func keyworded() []Command {
	return []Command{
		Join, Balance, Rewards, Redeem, Why, Tier, Name, Birthday, Friend, Promos, Stop, Help, Language, Data, Erase, Email, Move, Reset, Spin, Yes, No,
	}
}

// reading tells whether a command only reads: answering it by mistake costs a text and changes nothing.
func (c Command) reading() bool {
	switch c {
	case Balance, Rewards, Why, Tier, Help, Friend:
		return true
	}
	return false
}

// forgiving tells whether one typo is forgiven on the way to a command.
func (c Command) forgiving() bool { return c.reading() || c == Join || c == Stop }

// Kind is the kind of an open question, as in members.Question: score takes a number, clue takes what [Context.Clue] knows, choice
// a letter, a name or a no, rsvp a yes with a number or without, comment whatever is nothing else, spin its keyword; every other kind
// takes yes or no.
type Kind string

const (
	scoreQuestion   Kind = members.AskScore
	clueQuestion    Kind = members.AskClue
	choiceQuestion  Kind = members.AskChoice
	rsvpQuestion    Kind = members.AskRSVP
	spinQuestion    Kind = members.AskSpin
	commentQuestion Kind = members.AskComment
)

// How tells what made a text mean what it means.
type How string

// The ways a text is understood.
const (
	HowExact    How = "exact"    // the keyword itself
	HowTypo     How = "typo"     // one slip away from it
	HowPhrase   How = "phrase"   // in words: "no quiero mas mensajes"
	HowProvider How = "provider" // the provider said so
	HowAnswer   How = "answer"   // it answers an open question
)

// Wrong tells why an argument cannot be used. The command then changes nothing and says how it is written.
type Wrong string

// What can be wrong with an argument. Missing stands for none at all.
const (
	NumberMissing    Wrong = "number_missing"
	NumberUnclear    Wrong = "number_unclear" // "-5", "1.5", "1e9", or other words beside it
	NumberRange      Wrong = "number_range"   // a reward is 1 to 99
	TwoNumbers       Wrong = "two_numbers"
	NameMissing      Wrong = "name_missing"
	NameTooLong      Wrong = "name_too_long" // over 40 characters
	NameLetters      Wrong = "name_letters"  // something else than letters, spaces, ' - and .
	DateMissing      Wrong = "date_missing"
	DateUnclear      Wrong = "date_unclear"
	DateImpossible   Wrong = "date_impossible" // 31 April
	YearImpossible   Wrong = "year_impossible" // before 1900 or still to come
	PromosMissing    Wrong = "promos_missing"
	PromosUnclear    Wrong = "promos_unclear"
	LanguageMissing  Wrong = "language_missing"
	LanguageUnknown  Wrong = "language_unknown"
	LanguageUnspoken Wrong = "language_unspoken" // known (Lang says which), but not spoken here
	EmailMissing     Wrong = "email_missing"
	EmailUnclear     Wrong = "email_unclear"
	MoveUnclear      Wrong = "move_unclear"   // neither a number nor a code
	ScoreUnclear     Wrong = "score_unclear"  // not one whole number from 0 to 10
	PlacesUnclear    Wrong = "places_unclear" // a yes with something else than one number of places
	ClueUnknown      Wrong = "clue_unknown"   // a word or two that open no clue, while a treasure hunt is on
)

// Context is what the matcher is told of the thread a text belongs to.
type Context struct {
	Language string            // of the member, else of the program
	Member   bool              // false: a stranger
	Plus1    bool              // the number begins with +1, so English writes the month first
	Year     int               // of today; bounds the year of a birthday. 0: no bound
	Open     []Kind            // open questions, the last asked first
	OptOut   string            // the provider's OptOutType: STOP, START, HELP or ""
	Code     func(string) bool // is this, in capitals, an existing code to join with, or to claim an action? nil: none is
	Choices  []string          // what stands behind A, B and C of the open choice
	Clue     func(string) bool // are these words, folded, the code of a clue of the open treasure hunt? nil: no
	Places   int               // that the member has taken of the open invitation; -1: they said no, 0: they did not answer
}

// Intent is what a text means. Command None with nothing else set was not understood: a help line, and the shop's inbox.
type Intent struct {
	Command  Command
	How      How
	Language string // taught by a keyword that belongs to this language alone, else ""
	Answers  Kind   // with HowAnswer: the open question this is the answer to

	Number           int    // Redeem: the place in the list of rewards, 1-99. With TwoNumbers: the first of them
	Name             string // Join, Name: at most 40 characters, in Title Case if it had no case of its own
	Code             string // Join, Claim: an existing code, in capitals
	UnknownCode      string // Join: meant as a code, but there is none such
	Month, Day, Year int    // Birthday; Year 0: not told
	On               bool   // Promos: wanted or not
	Lang             string // Language: the code of the language chosen
	Score            int    // Score: 0-10
	Digits           string // Move: the new number, as it was written; else Code is what proves it
	Choice           int    // Choice, Redeem: 1 is A, 2 is B, 3 is C; 0: not told
	Places           int    // Yes to an invitation: for so many; 0: not told
	Email            string // Email: the address, its domain in small letters

	Suggest string // "did you mean ...?": one slip away from a command that changes something. Command is None: nothing is to be done
	Wrong   Wrong  // the argument cannot be used: nothing is to be done, say how
	Empty   bool   // nothing to read (a picture): no reply

	StopHint       bool // a stop word among other words: tell how to leave
	PromosOff      bool // Promos, in words of their own: also tell how to leave altogether
	EraseAfterStop bool // Stop, and asks to be erased: ask whether to
	WrongNumber    bool // Stop, and says the number is not theirs
}
