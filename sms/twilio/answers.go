package twilio

import (
	"slices"
	"strings"

	"fiel/sms"
)

// Listed is what Twilio's own list says of a number after a text from it: sms.ListStopped after a stop word that Twilio handles,
// sms.ListStarted after START and UNSTOP, ” when the text changed nothing there. What Advanced Opt-Out made of the text, STOP or
// START, counts first.
// Source: https://help.twilio.com/articles/223134027-Twilio-support-for-opt-out-keywords-SMS-STOP-filtering-
func Listed(optOut, body string) string {
	word := strings.ToUpper(strings.TrimSpace(body))
	switch {
	case optOut == "STOP":
		return sms.ListStopped
	case optOut == "START":
		return sms.ListStarted
	case optOut != "":
		return ""
	case Answers(body):
		return sms.ListStopped
	case word == "START" || word == "UNSTOP":
		return sms.ListStarted
	}
	return ""
}

// Answers says whether Twilio answers a text itself and blocks the pair of numbers: its own stop words, alone in the text, in any
// case. A confirmation of ours would be a second one.
// Source: https://help.twilio.com/articles/223134027-Twilio-support-for-opt-out-keywords-SMS-STOP-filtering-
func Answers(body string) bool {
	words := []string{"STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL"}
	return slices.Contains(words, strings.ToUpper(strings.TrimSpace(body)))
}
