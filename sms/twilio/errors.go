package twilio

import (
	_ "embed"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"fiel/sms"
)

//go:embed errors.txt
var errorsFile string

var verdicts = map[string]sms.Verdict{
	"give-up":     sms.GiveUp,
	"later":       sms.Later,
	"bad-number":  sms.BadNumber,
	"landline":    sms.Landline,
	"opted-out":   sms.OptedOut,
	"stop-run":    sms.StopRun,
	"stop-sender": sms.StopSender,
}

// known is errors.txt, read once; a line that cannot be read is a fault of the build, and panics.
var known = sync.OnceValue(func() map[int64]sms.Trouble {
	table, err := parseErrors(errorsFile)
	if err != nil {
		panic(err)
	}
	return table
})

func parseErrors(file string) (map[int64]sms.Trouble, error) {
	table := map[int64]sms.Trouble{}
	for n, line := range strings.Split(file, "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		word, rest, _ := strings.Cut(line, " ")
		verdict, text, _ := strings.Cut(strings.TrimSpace(rest), " ")
		code, err := strconv.ParseInt(word, 10, 64)
		v, ok := verdicts[verdict]
		text = strings.TrimSpace(text)
		if _, twice := table[code]; err != nil || !ok || text == "" || twice {
			return nil, fmt.Errorf("errors.txt:%d: want a new code, a verdict and a sentence: %q", n+1, line)
		}
		table[code] = sms.Trouble{Code: code, Verdict: v, Text: text}
	}
	return table, nil
}

// Explain returns what a Twilio error code asks of us, with a sentence for the operator. A code that errors.txt does not have
// costs the text it came with and nothing more. Twilio's own message is never kept: it quotes the phone number.
func Explain(code int64) sms.Trouble {
	if trouble, ok := known()[code]; ok {
		return trouble
	}
	return sms.Trouble{Code: code, Verdict: sms.GiveUp, Text: fmt.Sprintf("Twilio's error %d: https://www.twilio.com/docs/api/errors/%d", code, code)}
}

// explainAnswer is Explain for a code in the answer to a request of ours. An unlisted one with 401 or 403 is about who we are,
// not about the text, so every other text would fail alike.
func explainAnswer(status int, code int64) sms.Trouble {
	trouble := Explain(code)
	_, listed := known()[code]
	if !listed && (status == http.StatusUnauthorized || status == http.StatusForbidden) {
		trouble.Verdict = sms.StopSender
	}
	return trouble
}
