package fake

import (
	"encoding/xml"
	"mime"
	"net/url"
)

// Answer is what a webhook said to a text.
type Answer struct {
	Status int
	Texts  []string // the replies that a member would get
	TwiML  string   // as answered
	Error  int      // Twilio's code when it could make nothing of the answer: 11200, 12100, 12300
}

// Text delivers a text from a number to the webhook as Twilio does, with a new SID if sid is empty. Replies in the TwiML are texts like
// any other: they go into the journal and on their way. The same sid again is a repeated delivery. The error is that of the
// connection, or of the journal.
func (s *Server) Text(webhook, from, body, sid string) (Answer, error) {
	if sid == "" {
		sid = s.inboundSID()
	}
	return s.Deliver(webhook, url.Values{
		"AccountSid": {s.options.AccountSID}, "ApiVersion": {"2010-04-01"}, "MessageSid": {sid}, "SmsMessageSid": {sid}, "SmsSid": {sid},
		"SmsStatus": {"received"}, "NumMedia": {"0"}, "NumSegments": {"1"}, "From": {from}, "To": {s.options.Number}, "Body": {body},
		"FromCountry": {""}, "FromState": {""}, "FromCity": {""}, "FromZip": {""}, "ToCountry": {""}, "ToState": {""}, "ToCity": {""}, "ToZip": {""},
	})
}

// Deliver is Text with a form of the caller's own.
func (s *Server) Deliver(webhook string, form url.Values) (Answer, error) {
	s.journal.received(&record{Message: Message{
		SID: form.Get("MessageSid"), From: form.Get("From"), To: form.Get("To"), Service: form.Get("MessagingServiceSid"), Body: form.Get("Body"),
		At: s.options.Now().UnixMilli(), Direction: "inbound",
	}, status: "received", place: 1, updated: s.options.Now()})
	heard, err := s.exchange(webhook, form)
	if err != nil {
		return Answer{}, err
	}
	answer := Answer{Status: heard.status, TwiML: string(heard.body)}
	media, _, _ := mime.ParseMediaType(heard.kind) // an odd one is none
	switch {
	case answer.Status/100 != 2:
		answer.Error = 11200
	case media == "text/plain":
		answer.Texts = []string{string(heard.body)}
		err = s.reply(form, string(heard.body), "")
	case media != "text/xml" && media != "application/xml":
		answer.Error = 12300
	default:
		err = s.obey(form, heard.body, &answer)
	}
	return answer, err
}

// obey sends the messages of a TwiML answer.
func (s *Server) obey(inbound url.Values, body []byte, answer *Answer) error {
	var twiml struct {
		XMLName  xml.Name `xml:"Response"`
		Messages []struct {
			Callback string `xml:"statusCallback,attr"`
			Body     string `xml:",chardata"`
		} `xml:"Message"`
	}
	if xml.Unmarshal(body, &twiml) != nil {
		answer.Error = 12100
		return nil
	}
	for _, message := range twiml.Messages {
		answer.Texts = append(answer.Texts, message.Body)
		if err := s.reply(inbound, message.Body, message.Callback); err != nil {
			return err
		}
	}
	return nil
}

// reply sends a text of a TwiML answer on its way.
func (s *Server) reply(inbound url.Values, body, callback string) error {
	faults := s.faults.Load()
	record, err := s.accept(faults, Message{
		To: inbound.Get("From"), From: inbound.Get("To"), Body: body, Callback: callback, Direction: "outbound-reply",
	}, "queued")
	if err == nil {
		s.schedule(faults, record)
	}
	return err
}
