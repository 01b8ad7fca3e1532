package members

import (
	"crypto/hmac"
	"crypto/sha256"
	"database/sql/driver"
	"encoding/hex"
	"fmt"
	"log/slog"
	"strconv"
	"strings"

	"fiel/db"

	"github.com/nyaruka/phonenumbers"
)

// Phone is a phone number in E.164 ("+525512345678"), the card of a member; "" is none. [ParsePhone] makes one. Whatever prints, logs
// or marshals it shows the mask: who needs the digits says so with [Phone.E164].
type Phone string

// E164 is the number in clear: for a provider, an export, the owner's own page; never for a log or an error.
func (p Phone) E164() string { return string(p) }

// String is the number masked: the calling code, five dots whatever the length, and the last three digits (+34•••••123).
func (p Phone) String() string {
	if p == "" {
		return ""
	}
	head, tail := "", string(p)
	if code := p.callingCode(); code != 0 {
		head = "+" + strconv.Itoa(code)
		tail = tail[len(head):]
	}
	return head + "•••••" + tail[max(0, len(tail)-3):]
}

// GoString masks the number under %#v too.
func (p Phone) GoString() string { return "members.Phone(" + strconv.Quote(p.String()) + ")" }

// LogValue masks the number in logs.
func (p Phone) LogValue() slog.Value { return slog.StringValue(p.String()) }

// MarshalText writes the mask, in JSON as well: a struct that ends in a log or an answer by accident gives no number away. An answer
// that is meant to carry the number has a string field of its own and fills it with [Phone.E164]. (Never make a Phone the key of a map
// that is marshalled: encoding/json writes keys of string kind as they are.)
func (p Phone) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads an international number by the rules of [ParsePhone], or "" for none. It refuses a mask.
func (p *Phone) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*p = ""
		return nil
	}
	parsed, err := ParsePhone(string(text), "")
	if err != nil {
		return err
	}
	*p = parsed
	return nil
}

// Value stores the number in clear.
func (p Phone) Value() (driver.Value, error) { return string(p), nil }

// Scan takes a column as it is: what was stored was parsed then.
func (p *Phone) Scan(column any) error {
	switch v := column.(type) {
	case string:
		*p = Phone(v)
	case []byte:
		*p = Phone(v)
	default:
		return db.Errorf(db.Internal, "members: a phone column holds a %T", column)
	}
	return nil
}

// Hash is HMAC-SHA256 over the E.164 form in hexadecimal, the name of a number where no clear number may stay.
func (p Phone) Hash(key []byte) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(p))
	return hex.EncodeToString(mac.Sum(nil))
}

// Country is the ISO 3166 country of the number ("MX"). Where several share a calling code and the tables do not know the number, it
// is the biggest of them (US for +1); "" for satellites, global services and what is no number.
func (p Phone) Country() string {
	n, err := p.number()
	if err != nil {
		return ""
	}
	country := phonenumbers.GetRegionCodeForNumber(n)
	if country == "" {
		country = phonenumbers.GetRegionCodeForCountryCode(int(n.GetCountryCode()))
	}
	if len(country) != 2 || country == "ZZ" { // 001 is the whole world, ZZ nowhere
		return ""
	}
	return country
}

// Zones are the IANA time zones the number may be in, at most three; empty when the tables know none or more, for then they say
// nothing about this person. They are a hint: the tables know one zone for many countries that have several.
func (p Phone) Zones() []string {
	n, err := p.number()
	if err != nil {
		return nil
	}
	zones, err := phonenumbers.GetTimezonesForNumber(n)
	if err != nil || len(zones) > 3 {
		return nil
	}
	for _, zone := range zones {
		if zone == phonenumbers.UNKNOWN_TIMEZONE {
			return nil
		}
	}
	return zones
}

// Premium says whether a text to or from the number may cost more than a text to a person: premium and shared-cost ranges, satellites
// and global services (+870, +88x, +979). Never join or answer one: that is how texts are pumped.
func (p Phone) Premium() bool {
	n, err := p.number()
	if err != nil {
		return false
	}
	switch phonenumbers.GetNumberType(n) {
	case phonenumbers.PREMIUM_RATE, phonenumbers.SHARED_COST:
		return true
	}
	return phonenumbers.GetRegionCodeForCountryCode(int(n.GetCountryCode())) == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY
}

// number is the phone as the tables know it. It takes the E.164 form apart by itself: parsing whatever a person may have typed costs
// twenty times as much, for each text of a blast.
func (p Phone) number() (*phonenumbers.PhoneNumber, error) {
	code := p.callingCode()
	if code == 0 {
		return nil, fmt.Errorf("members: %v is not E.164", p)
	}
	national := string(p[1+len(strconv.Itoa(code)):])
	digits, err := strconv.ParseUint(national, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("members: %v is not E.164", p)
	}
	n := &phonenumbers.PhoneNumber{CountryCode: new(int32(code)), NationalNumber: new(digits)}
	if zeros := len(national) - len(strings.TrimLeft(national, "0")); zeros > 0 {
		n.ItalianLeadingZero, n.NumberOfLeadingZeros = new(true), new(int32(zeros))
	}
	return n, nil
}

// callingCode is 52 of +5255...; 0 when no country has one like it. No code is the beginning of another.
func (p Phone) callingCode() int {
	for digits := 1; digits <= 3 && digits < len(p); digits++ {
		code, err := strconv.Atoi(string(p[1 : digits+1]))
		if err != nil || p[0] != '+' {
			return 0
		}
		if phonenumbers.GetRegionCodeForCountryCode(code) != "ZZ" {
			return code
		}
	}
	return 0
}
