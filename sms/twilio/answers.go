package twilio

import (
	"slices"
	"strings"
)

// Answers says whether Twilio answers a text itself and blocks the pair of numbers: its own stop words, alone in the text, in any
// case. A confirmation of ours would be a second one.
// Source: https://help.twilio.com/articles/223134027-Twilio-support-for-opt-out-keywords-SMS-STOP-filtering-
func Answers(body string) bool {
	words := []string{"STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL"}
	return slices.Contains(words, strings.ToUpper(strings.TrimSpace(body)))
}
