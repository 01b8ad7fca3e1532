package pos

import (
	"encoding/json"
	"net/http"
)

// Answer is what a till is told: an HTTP status and a JSON body. It is stored with the sale or refund and given again when that is
// reported again.
type Answer struct {
	Status int
	Body   []byte
}

// outcome is the body of an answer to an event that was taken in.
type outcome struct {
	Status   string    `json:"status"` // of a sale: credited, held, kept, review, test; of a refund: applied, parked, test
	ID       string    `json:"id"`
	Purchase string    `json:"purchase_id,omitempty"` // of a refund
	Member   string    `json:"member,omitempty"`      // known, held (the number may join yet) or none
	Points   int64     `json:"points"`                // given; below zero: taken
	Balance  *int64    `json:"balance,omitempty"`     // the member's, afterwards
	Voucher  *handed   `json:"voucher,omitempty"`
	Vouchers []handed  `json:"vouchers,omitempty"` // those of the list, in its order
	Warnings []warning `json:"warnings,omitempty"`
}

// handed is what became of the voucher in a sale.
type handed struct {
	Code   string `json:"code"`
	Status string `json:"status"` // used or refused
	Reason string `json:"message,omitempty"`

	Notes []string `json:"notes,omitempty"` // what the cashier has to look at
}

// warning is what the owner has to look at though the event was taken in.
type warning struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// answer marshals an outcome.
func (o outcome) answer() Answer { return Answer{http.StatusOK, marshal(o)} }

// ErrorBody is the body of every answer that is no 200: {"error":{"code","message","field"}}, without the field when it is none's.
func ErrorBody(code, message, field string) []byte {
	var body struct {
		Error struct {
			Code    string `json:"code"`
			Message string `json:"message"`
			Field   string `json:"field,omitempty"`
		} `json:"error"`
	}
	body.Error.Code, body.Error.Message, body.Error.Field = code, message, field
	return marshal(body)
}

func refuse(status int, code, message, field string) Answer {
	return Answer{status, ErrorBody(code, message, field)}
}

func marshal(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // texts and numbers always marshal
	}
	return b
}

// whose is the member in an outcome: known, held or none.
func whose(member int64, hash string) string {
	switch {
	case member != 0:
		return "known"
	case hash != "":
		return "held"
	}
	return "none"
}
