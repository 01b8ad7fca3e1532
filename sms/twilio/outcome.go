package twilio

import (
	"fmt"
	"net/http"

	"fiel/sms"

	openapi "github.com/twilio/twilio-go/rest/api/v2010"
)

// outcome says what an attempt came to. Only what is proven counts: a clear answer, or nothing written.
func (c *call) outcome(message *openapi.ApiV2010Message, err error) sms.Outcome {
	switch {
	case c.unwritten():
		return notSent(fmt.Sprintf("Twilio could not be reached: %v.", err))
	case c.answer == nil:
		return unknown(fmt.Sprintf("Twilio gave no answer: %v.", err))
	}
	code := c.answer.code()
	switch status := c.answer.status; {
	case status == http.StatusTooManyRequests:
		return c.tooMany(code)
	case status/100 == 4 && code != 0:
		return c.refused(code)
	case status/100 == 2 && err == nil && messageShape.MatchString(field(message.Sid)):
		return accepted(message)
	case status/100 == 2:
		return unknown("Twilio said yes, but its answer could not be read.")
	default:
		return unknown(fmt.Sprintf("Twilio answered HTTP %d.", status))
	}
}

func accepted(message *openapi.ApiV2010Message) sms.Outcome {
	rank := ranks[field(message.Status)]
	return sms.Outcome{Result: sms.Accepted, SID: field(message.Sid), Rank: rank, Trouble: troubleOf(rank, message.ErrorCode)}
}

// tooMany is 429, which Twilio answers before it has looked at a request.
func (c *call) tooMany(code int64) sms.Outcome {
	if code == 0 {
		code = 20429
	}
	trouble := Explain(code)
	trouble.Verdict = sms.Later
	return sms.Outcome{Result: sms.NotSent, Trouble: trouble, RetryAfter: c.answer.wait()}
}

func (c *call) refused(code int64) sms.Outcome {
	return sms.Outcome{Result: sms.Rejected, Trouble: explainAnswer(c.answer.status, code)}
}

func notSent(why string) sms.Outcome {
	return sms.Outcome{Result: sms.NotSent, Trouble: sms.Trouble{Verdict: sms.Later, Text: why}}
}

func unknown(why string) sms.Outcome {
	return sms.Outcome{Result: sms.Unknown, Trouble: sms.Trouble{Text: why}}
}

// troubleOf is what a text's own error code means; zero when all is well.
func troubleOf(rank sms.Rank, code *int) sms.Trouble {
	if code == nil {
		return reported(rank, "")
	}
	return reported(rank, fmt.Sprint(*code))
}

// field is the value of a field that Twilio may leave out.
func field(value *string) string {
	if value == nil {
		return ""
	}
	return *value
}
