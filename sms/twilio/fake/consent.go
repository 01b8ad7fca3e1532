package fake

import (
	"encoding/json"
	"net/http"
	"slices"
)

// consentsPath is Twilio's consent list: https://www.twilio.com/docs/messaging/features/consent-api
const consentsPath = "/v1/Consents/Bulk"

// Consent is one entry that the consent list was told.
type Consent struct {
	Contact     string `json:"contact_id"`
	Correlation string `json:"correlation_id"`
	Sender      string `json:"sender_id"`
	Status      string `json:"status"` // opt-in, opt-out
	Source      string `json:"source"`
	Date        string `json:"date_of_consent"`
}

// Consents are what the consent list was told and took, in that order, repetitions included.
func (s *Server) Consents() []Consent {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.consents)
}

// consent takes consents, or meets their fate, at the rates of the faults for texts. A number with an error of its own refuses the
// whole request with it.
func (s *Server) consent(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	if err := r.ParseForm(); err != nil || len(r.PostForm["Items"]) == 0 || len(r.PostForm["Items"]) > 25 {
		refuse(w, http.StatusBadRequest, 20001, "Items must be one to 25 objects")
		return
	}
	told, faults := make([]Consent, len(r.PostForm["Items"])), s.faults.Load()
	results := make([]map[string]any, len(told))
	for i, item := range r.PostForm["Items"] {
		if json.Unmarshal([]byte(item), &told[i]) != nil {
			refuse(w, http.StatusBadRequest, 20001, "An item is no object")
			return
		}
		results[i] = told[i].check()
	}
	fate := s.fate(faults, "consent:"+told[0].Contact)
	if s.refused(w, r, fate, faults) {
		return
	}
	if code := faults.Errors[told[0].Contact]; code != 0 {
		refuse(w, http.StatusBadRequest, code, "The consents cannot be taken")
		return
	}
	s.mu.Lock()
	for i, c := range told {
		if results[i]["error_code"] == 0 {
			s.consents = append(s.consents, c)
		}
	}
	s.mu.Unlock()
	s.answerWith(w, r, fate, map[string]any{"items": results})
}

// check is the item's result: https://www.twilio.com/docs/api/errors/30646
func (c Consent) check() map[string]any {
	faults := []string{}
	for name, ok := range map[string]bool{
		"INVALID_CORRELATION_ID": len(c.Correlation) == 32,
		"INVALID_SENDER_ID":      c.Sender != "",
		"INVALID_CONTACT_ID":     e164.MatchString(c.Contact),
		"INVALID_STATUS":         slices.Contains([]string{"opt-in", "opt-out"}, c.Status),
		"INVALID_SOURCE":         slices.Contains([]string{"website", "offline", "opt-in-message", "opt-out-message", "others"}, c.Source),
	} {
		if !ok {
			faults = append(faults, name)
		}
	}
	slices.Sort(faults)
	code := 0
	if len(faults) > 0 {
		code = 30646
	}
	return map[string]any{"correlation_id": c.Correlation, "error_code": code, "error_messages": faults}
}
