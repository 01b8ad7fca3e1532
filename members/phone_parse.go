package members

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"fiel/db"

	"github.com/nyaruka/phonenumbers"
)

// maxTyped is the longest text read as a number, in characters: fifteen digits with every separator people use fit well.
const maxTyped = 40

// maxE164 is the + and the fifteen digits of ITU-T E.164.
const maxE164 = 16

// ParsePhone reads a number as people, tills and carriers write it. A number without + or a leading 00 is read as dialled within
// country (ISO 3166, "MX"; "" takes international numbers only). All spellings of one person's number give one Phone:
//
//   - separators and invisible characters do not matter, full-width digits are digits, a leading 00 means +;
//   - Mexico: the 1 after +52 and the prefixes 01, 044 and 045, gone since 2019, are dropped;
//   - Argentina: a mobile carries the 9. Ten digits typed in the country are a mobile, the 15 before the subscriber number becomes the
//     9; with the trunk 0, or after +54, a number with neither is a landline.
//
// Refused, as db.Invalid with a sentence that says what to do: letters, digits of other scripts, more than 40 characters, a wrong
// length, and what the numbering tables (libphonenumber) know to be no mobile: landlines, company and premium numbers. In Mexico,
// Chile, the US and Canada they cannot tell. Numbers newer than the tables pass by their length.
func ParsePhone(raw, country string) (Phone, error) {
	typed, err := typedNumber(raw)
	if err != nil {
		return "", err
	}
	n, err := dial(typed, strings.ToUpper(strings.TrimSpace(country)))
	if err != nil {
		return "", err
	}
	if err := checkNumber(n); err != nil {
		return "", err
	}
	return e164(n), nil
}

func e164(n *phonenumbers.PhoneNumber) Phone {
	return Phone(phonenumbers.Format(n, phonenumbers.E164))
}

// typedNumber leaves the ASCII digits, after a + when the number is international.
func typedNumber(raw string) (string, error) {
	if len(raw) > maxTyped*utf8.UTFMax || utf8.RuneCountInString(raw) > maxTyped {
		return "", db.Errorf(db.Invalid, "That is too long for a phone number.")
	}
	raw = strings.TrimPrefix(strings.TrimSpace(raw), "'") // spreadsheets keep a number as text by an apostrophe
	var typed strings.Builder
	for _, r := range raw {
		r = narrow(r)
		switch {
		case r >= '0' && r <= '9', r == '+' && typed.Len() == 0:
			typed.WriteRune(r)
		case strings.ContainsRune("-.()/\u2212", r), unicode.In(r, unicode.Zs, unicode.Pd, unicode.Cf), r == '\t':
		case unicode.IsLetter(r):
			return "", db.Errorf(db.Invalid, "A phone number has no letters. Write only its digits.")
		default:
			return "", db.Errorf(db.Invalid, "A phone number has the digits 0 to 9 and nothing else. Write only its digits.")
		}
	}
	if abroad, ok := strings.CutPrefix(typed.String(), "00"); ok {
		return "+" + abroad, nil
	}
	return typed.String(), nil
}

// narrow folds a full-width character (U+FF01 to U+FF5E) to ASCII.
func narrow(r rune) rune {
	if r >= 0xFF01 && r <= 0xFF5E {
		return r - 0xFF01 + '!'
	}
	return r
}

// dial finds the number that the typed digits reach from within a country.
func dial(typed, country string) (*phonenumbers.PhoneNumber, error) {
	if !strings.HasPrefix(typed, "+") {
		switch {
		case phonenumbers.GetCountryCodeForRegion(country) == 0:
			return nil, db.Errorf(db.Invalid, "Write the phone number with + and its country code, for example +34 612 345 678.")
		case country == "MX":
			typed = fromMexico(typed)
		case country == "AR":
			typed = fromArgentina(typed)
		}
	}
	n, err := phonenumbers.Parse(typed, country)
	if err != nil {
		return nil, db.Errorf(db.Invalid, "That is no phone number. Write all its digits, with the area code.")
	}
	return onePerson(n)
}

// fromMexico makes what is typed in Mexico international. It is done before the tables see it: they do not know the old prefixes.
func fromMexico(typed string) string {
	if len(typed) >= 12 && strings.HasPrefix(typed, "52") {
		return "+" + typed
	}
	return "+52" + typed
}

// argentineArea is how a national number of ten digits begins: 11 is Buenos Aires, all others begin with 2 or 3.
var argentineArea = regexp.MustCompile(`^(11|2|3)\d+$`)

// fromArgentina gives ten digits typed in Argentina the 9 of a mobile. The tables know the trunk 0 and the 15.
func fromArgentina(typed string) string {
	if len(typed) == 10 && argentineArea.MatchString(typed) {
		return "+549" + typed
	}
	return typed
}

var (
	// mexicanPrefix: carriers still deliver the 1 of a mobile; the others were dialled within the country until August 2019.
	mexicanPrefix = regexp.MustCompile(`^(1|01|044|045)(\d{10})$`)
	// argentineBoth is the 9 from abroad together with the 15 from within.
	argentineBoth = regexp.MustCompile(`^90?(\d{12})$`)
)

// onePerson folds the spellings of a number that the tables hold apart.
func onePerson(n *phonenumbers.PhoneNumber) (*phonenumbers.PhoneNumber, error) {
	digits := phonenumbers.GetNationalSignificantNumber(n)
	folded := ""
	switch n.GetCountryCode() {
	case 52:
		if m := mexicanPrefix.FindStringSubmatch(digits); m != nil {
			folded = "+52" + m[2]
		}
	case 54:
		if m := argentineBoth.FindStringSubmatch(digits); m != nil {
			folded = "+540" + m[1]
		}
	}
	if folded == "" {
		return n, nil
	}
	n, err := phonenumbers.Parse(folded, "")
	if err != nil {
		return nil, db.Errorf(db.Invalid, "That is no phone number. Write all its digits, with the area code.")
	}
	return n, nil
}

func checkNumber(n *phonenumbers.PhoneNumber) error {
	length := phonenumbers.IsPossibleNumberWithReason(n)
	switch {
	case length == phonenumbers.TOO_LONG, len(e164(n)) > maxE164:
		return db.Errorf(db.Invalid, "That phone number has too many digits. Write one number, without its extension.")
	case length != phonenumbers.IS_POSSIBLE:
		return db.Errorf(db.Invalid, "That phone number lacks digits. Write all of them, with the area code.")
	}
	if phonenumbers.IsValidNumber(n) {
		return checkKind(n)
	}
	if !plausible(n) {
		return db.Errorf(db.Invalid, "There is no such phone number. Check its first digits.")
	}
	return nil
}

// checkKind refuses numbers that are known to be no person's mobile.
func checkKind(n *phonenumbers.PhoneNumber) error {
	switch phonenumbers.GetNumberType(n) {
	case phonenumbers.FIXED_LINE:
		if n.GetCountryCode() == 54 {
			return db.Errorf(db.Invalid, "%v is a landline, which gets no texts. Write a mobile as +54 9, area code and number.", e164(n))
		}
		return db.Errorf(db.Invalid, "%v is a landline, which gets no texts. Give a mobile number.", e164(n))
	case phonenumbers.PREMIUM_RATE, phonenumbers.SHARED_COST:
		return db.Errorf(db.Invalid, "%v is a premium number. Give a mobile number.", e164(n))
	case phonenumbers.UAN, phonenumbers.VOICEMAIL, phonenumbers.PAGER:
		return db.Errorf(db.Invalid, "%v is a company's number. Give a mobile number.", e164(n))
	case phonenumbers.TOLL_FREE:
		if n.GetCountryCode() != 1 { // in North America they text, and may be our own sender
			return db.Errorf(db.Invalid, "%v is a toll-free number. Give a mobile number.", e164(n))
		}
	}
	return nil
}

// plausible judges a number that the tables do not know but whose length is right: a range may be newer than they are. No new range
// begins with 0, which is dialled and not part of a number (Italy and others that keep it are known to the tables), and the plans of
// North America, Mexico and Argentina have rules of their own.
func plausible(n *phonenumbers.PhoneNumber) bool {
	if again, err := phonenumbers.Parse(e164(n).E164(), ""); err != nil || e164(again) != e164(n) {
		return false // it still begins with the code of a carrier
	}
	digits := phonenumbers.GetNationalSignificantNumber(n)
	if digits == "" || digits[0] == '0' || strings.Count(digits, digits[:1]) == len(digits) {
		return false
	}
	switch n.GetCountryCode() {
	case 1: // NXX-NXX-XXXX with N from 2 to 9
		return digits[0] >= '2' && digits[3] >= '2'
	case 52:
		return digits[0] >= '2'
	case 54:
		return digits[0] == '9' && argentineArea.MatchString(digits[1:])
	}
	return true
}
