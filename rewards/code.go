package rewards

import (
	"crypto/rand"
	"strings"

	"golang.org/x/text/unicode/norm"

	"fiel/db"
)

// alphabet has no vowels, so that no code is a word or a keyword, and none of 0 O 1 I L.
const alphabet = "23456789BCDFGHJKMNPQRSTVWXYZ"

// A code is seven random letters and a check letter. The check is that of ISBN-10 (ISO 2108) in another base: the sum of each
// letter's place in the alphabet times its weight is 0 modulo 29, a prime above the alphabet's 28, so any one wrong letter and any
// two letters in each other's place are noticed. Where the check would have to be the missing 29th letter, there is no code.
const (
	codeLength = 8
	modulus    = 29
)

// newCode draws a code at random.
func newCode() string {
	code := make([]byte, codeLength)
	for {
		total := 0
		for i := range codeLength - 1 {
			place := randomPlace()
			code[i] = alphabet[place]
			total += weight(i) * place
		}
		// The check's weight is 1, so it is what is missing to the modulus.
		if check := (modulus - total%modulus) % modulus; check < len(alphabet) {
			code[codeLength-1] = alphabet[check]
			return string(code)
		}
	}
}

// weight falls from 8 to 1 along a code.
func weight(i int) int { return codeLength - i }

// randomPlace draws from the alphabet, every letter as likely.
func randomPlace() int {
	var b [1]byte
	for {
		rand.Read(b[:]) //nolint:errcheck // crypto/rand.Read never fails: https://pkg.go.dev/crypto/rand#Read
		if most := 256 - 256%len(alphabet); int(b[0]) < most {
			return int(b[0]) % len(alphabet)
		}
	}
}

// ValidCode reads a voucher code as people write it: small letters, spaces, hyphens and full-width forms do not matter. What cannot
// be a code, because of its length, a letter that codes do not have or the check letter, is db.Invalid: a typo, not a wrong code.
func ValidCode(raw string) (string, error) {
	code := strings.ToUpper(norm.NFKC.String(raw))
	code = strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, code)
	if len(code) != codeLength {
		return "", db.Errorf(db.Invalid, "a code has %d letters and digits: look at it again", codeLength)
	}
	total := 0
	for i := range codeLength {
		place := strings.IndexByte(alphabet, code[i])
		if place < 0 {
			return "", db.Errorf(db.Invalid, "that code has a typo: codes have none of A E I O U L 0 1")
		}
		total += weight(i) * place
	}
	if total%modulus != 0 {
		return "", db.Errorf(db.Invalid, "that code has a typo: look at it again")
	}
	return code, nil
}
