package twilio

import (
	"encoding/xml"
	"net/http"

	"fiel/sms"
)

// twiml is the answer to an inbound text: https://www.twilio.com/docs/messaging/twiml/message
type twiml struct {
	XMLName xml.Name      `xml:"Response"`
	Message *twimlMessage `xml:"Message"`
}

type twimlMessage struct {
	StatusCallback string `xml:"statusCallback,attr,omitempty"`
	Body           string `xml:",chardata"`
}

// render is the TwiML of an answer; one without a body is an empty Response, which sends nothing. Characters that XML cannot
// hold become U+FFFD.
func render(base string, answer sms.Answer) ([]byte, error) {
	var reply twiml
	if answer.Body != "" {
		reply.Message = &twimlMessage{Body: answer.Body}
		if answer.MessageID != 0 {
			reply.Message.StatusCallback = callback(base, answer.MessageID, answer.Attempt)
		}
	}
	body, err := xml.Marshal(reply)
	return append([]byte(xml.Header), body...), err
}

// reply writes TwiML. It must be text/xml: Twilio would send the bytes of another type to the member, or fail with 12300.
func reply(w http.ResponseWriter, body []byte) {
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(body) // nobody is left to tell; a repeated delivery answers the same
}
