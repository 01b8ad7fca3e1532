package rewards

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"fiel/db"
)

func TestNewCodesAreValid(t *testing.T) {
	seen := map[string]bool{}
	letters := map[rune]int{}
	for range 2000 {
		code := newCode()
		if got, err := ValidCode(code); err != nil || got != code {
			t.Fatalf("%s: %s, %v", code, got, err)
		}
		if seen[code] {
			t.Fatalf("%s came twice", code)
		}
		seen[code] = true
		for _, r := range code {
			letters[r]++
		}
	}
	for _, r := range alphabet {
		if n := letters[r]; n < 400 || n > 750 {
			t.Errorf("%c came %d times of 16000", r, n)
		}
	}
}

func TestHowPeopleWriteCodes(t *testing.T) {
	for _, raw := range []string{"22222222", "2222-2222", " 2222 2222 ", "２２２２２２２２"} {
		if got, err := ValidCode(raw); got != "22222222" || err != nil {
			t.Errorf("%q: %q, %v", raw, got, err)
		}
	}
	code := newCode()
	if got, err := ValidCode(strings.ToLower(code[:4]) + "-" + code[4:]); got != code || err != nil {
		t.Errorf("%s in small letters: %q, %v", code, got, err)
	}
	for _, raw := range []string{"", "2222222", "222222222", "2222222A", "2222222O", "22222220", "ñ222222", "\x00\xff222222", "22222223"} {
		if _, err := ValidCode(raw); db.CodeOf(err) != db.Invalid {
			t.Errorf("%q: %v", raw, err)
		}
	}
}

// One wrong letter, or two letters in each other's place, are told from a code.
func TestTyposAreNoticed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := []byte(newCode())
		typo := slices.Clone(code)
		i, j := rapid.IntRange(0, 7).Draw(t, "i"), rapid.IntRange(0, 7).Draw(t, "j")
		if rapid.Bool().Draw(t, "swap") {
			typo[i], typo[j] = typo[j], typo[i]
		} else {
			typo[i] = alphabet[rapid.IntRange(0, len(alphabet)-1).Draw(t, "letter")]
		}
		if _, err := ValidCode(string(typo)); (err == nil) != slices.Equal(code, typo) {
			t.Fatalf("%s written as %s: %v", code, typo, err)
		}
	})
}

func FuzzValidCode(f *testing.F) {
	for _, seed := range []string{"22222222", "", "BCDF-GHJK", "ＢＣ２３", "\xff", strings.Repeat("2", 1000)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		code, err := ValidCode(raw)
		if err != nil {
			if db.CodeOf(err) != db.Invalid {
				t.Fatal(err)
			}
			return
		}
		if again, err := ValidCode(code); again != code || err != nil {
			t.Fatalf("%q is read as %q, which is read as %q, %v", raw, code, again, err)
		}
	})
}
