package rewards

import (
	"context"
	"math/big"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"fiel/db"
	"fiel/db/dbtest"
)

// The sums of a proof are those of the field of 2^61-1.
func TestSumsAreThoseOfTheField(t *testing.T) {
	p := big.NewInt(prime)
	is := func(t *rapid.T, got uint64, want *big.Int) {
		if want.Mod(want, p); want.Cmp(new(big.Int).SetUint64(got)) != 0 {
			t.Fatalf("%d, want %s", got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Uint64Range(0, prime-1).Draw(t, "a"), rapid.Uint64Range(0, prime-1).Draw(t, "b")
		n := rapid.Int64().Draw(t, "n")
		x, y := new(big.Int).SetUint64(a), new(big.Int).SetUint64(b)
		is(t, plus(a, b), new(big.Int).Add(x, y))
		is(t, minus(a, b), new(big.Int).Sub(x, y))
		is(t, times(a, n), new(big.Int).Mul(x, big.NewInt(n)))
	})
}

// Coefficients depend on every part of what they are about, and on the salt.
func TestCoefficientsDiffer(t *testing.T) {
	s, other := newSalt(), newSalt()
	seen := map[uint64]bool{}
	for about := range relations {
		for a := range int64(40) {
			for b := range int64(40) {
				seen[s.of(about, a, b-20)] = true
				seen[other.of(about, a, b-20)] = true
			}
		}
	}
	if len(seen) != 2*relations*40*40 {
		t.Errorf("%d different ones of %d", len(seen), 2*relations*40*40)
	}
}

func TestOnceSaysWhatComesAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		numbers := rapid.SliceOf(rapid.Int64Range(0, 100_000)).Draw(t, "numbers")
		cut := rapid.IntRange(0, len(numbers)).Draw(t, "cut")
		left, right := once{}, once{}
		want := map[int64]int{}
		var twice []int64
		for i, n := range numbers {
			half := left
			if i >= cut {
				half = right
			}
			if half.again(n) {
				twice = append(twice, n)
			}
			want[n]++
		}
		twice = append(twice, left.join(right)...)
		for n, times := range want {
			if slices.Contains(twice, n) != (times > 1) {
				t.Fatalf("%d came %d times: %v", n, times, twice)
			}
		}
	})
}

// A seal is about every column: one that is added to a table has to be added to its format.
func TestSealsAreAboutEveryColumn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, table := range sealedTables() {
			var columns []string
			err := d.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				rows, err := tx.QueryContext(ctx, "SELECT * FROM "+table.name+" WHERE program_id = 0")
				if err != nil {
					return err
				}
				defer rows.Close()
				if columns, err = rows.Columns(); err != nil {
					return err
				}
				return rows.Err()
			})
			if err != nil {
				t.Fatal(err)
			}
			sealed := strings.Fields(strings.NewReplacer("!", "", "?", "").Replace(table.columns))
			slices.Sort(columns)
			slices.Sort(sealed)
			if !slices.Equal(columns, sealed) {
				t.Errorf("%s has %v, a seal is about %v", table.name, columns, sealed)
			}
		}
	})
}

// A text that begins with something else than a number is refused, not read as one.
func TestFieldsAreNumbers(t *testing.T) {
	into := make([]int64, 3)
	if rest, err := fields([]byte("12|-7|0|4|earn|x"), into); err != nil || !slices.Equal(into, []int64{12, -7, 0}) || string(rest) != "4|earn|x" || kindOf(rest) != KindEarn {
		t.Error(into, string(rest), err)
	}
	for _, text := range []string{"", "1|2", "1|2|x", "1||3", "1|-|3", "1.5|2|3", "1|2|1234567890123456789"} {
		if _, err := fields([]byte(text), into); err == nil {
			t.Errorf("%q was read as %v", text, into)
		}
	}
}
