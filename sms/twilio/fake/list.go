package fake

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// resource is a text as Twilio's API shows it: https://www.twilio.com/docs/messaging/api/message-resource#message-properties
type resource struct {
	SID             string            `json:"sid"`
	AccountSID      string            `json:"account_sid"`
	ServiceSID      *string           `json:"messaging_service_sid"`
	APIVersion      string            `json:"api_version"`
	Body            string            `json:"body"`
	To              string            `json:"to"`
	From            *string           `json:"from"`
	Direction       string            `json:"direction"`
	Status          string            `json:"status"`
	ErrorCode       *int              `json:"error_code"`
	ErrorMessage    *string           `json:"error_message"`
	DateCreated     string            `json:"date_created"`
	DateUpdated     string            `json:"date_updated"`
	DateSent        *string           `json:"date_sent"`
	NumMedia        string            `json:"num_media"`
	NumSegments     string            `json:"num_segments"` // always "1": parts are not counted here
	Price           *string           `json:"price"`
	PriceUnit       string            `json:"price_unit"`
	URI             string            `json:"uri"`
	SubresourceURIs map[string]string `json:"subresource_uris"`
}

func (s *Server) shown(r *record) resource {
	path := "/2010-04-01/Accounts/" + s.options.AccountSID + "/Messages/" + r.SID
	shown := resource{
		SID: r.SID, AccountSID: s.options.AccountSID, APIVersion: "2010-04-01", Body: r.Body, To: r.To, Direction: r.Direction,
		Status: r.status, NumMedia: "0", NumSegments: "1", PriceUnit: "USD", URI: path + ".json",
		DateCreated:     time.UnixMilli(r.At).UTC().Format(time.RFC1123Z),
		DateUpdated:     r.updated.UTC().Format(time.RFC1123Z),
		SubresourceURIs: map[string]string{"media": path + "/Media.json"},
	}
	if r.Service != "" {
		shown.ServiceSID = &r.Service
	}
	if r.From != "" && !s.faults.Load().BlankFrom {
		shown.From = &r.From
	}
	if r.code != 0 {
		shown.ErrorCode = &r.code
	}
	if r.place > 0 {
		shown.DateSent = &shown.DateUpdated
	}
	return shown
}

// listing is a page of the list of texts.
type listing struct {
	Messages    []resource `json:"messages"`
	Page        int        `json:"page"`
	PageSize    int        `json:"page_size"`
	Start       int        `json:"start"`
	End         int        `json:"end"`
	URI         string     `json:"uri"`
	FirstURI    string     `json:"first_page_uri"`
	NextURI     *string    `json:"next_page_uri"`
	PreviousURI *string    `json:"previous_page_uri"`
}

// list answers a page of texts to the number To, or to anybody, newest first.
func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	size, err := strconv.Atoi(query.Get("PageSize"))
	if err != nil {
		size = 50
	}
	size = min(max(size, 1), 1000)
	number, _ := strconv.Atoi(query.Get("Page")) // 0 is the first
	until := s.options.Now().Add(-s.faults.Load().ListLag)
	records, more := s.journal.newest(query.Get("To"), strings.TrimPrefix(query.Get("PageToken"), "PA"), size, until)
	found := listing{
		Messages: make([]resource, 0, len(records)), Page: number, PageSize: size,
		Start: number * size, End: number*size + max(len(records)-1, 0), URI: r.URL.RequestURI(), FirstURI: r.URL.Path,
	}
	for i := range records {
		found.Messages = append(found.Messages, s.shown(&records[i]))
	}
	if more {
		query.Set("Page", strconv.Itoa(number+1))
		query.Set("PageToken", "PA"+records[len(records)-1].SID)
		next := r.URL.Path + "?" + query.Encode()
		found.NextURI = &next
	}
	answer(w, http.StatusOK, found)
}
