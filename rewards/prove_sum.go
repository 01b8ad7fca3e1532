package rewards

import (
	"math/bits"
	"math/rand/v2"
)

// prime is 2^61-1. Sums of a proof are taken modulo it.
const prime = 1<<61 - 1

// Relations that a member's sum is about; each has coefficients of its own.
const (
	aboutChain = iota // balance after seq
	aboutEntry        // points of an entry's lots
	aboutLot          // points of a lot's moves
	aboutLeft         // what is left in all lots
	relations
)

// salt makes the coefficients of one proof. It is drawn anew for each, so that no damage can be made to fit it.
type salt [relations][2]uint64

func newSalt() (s salt) {
	for i := range s {
		s[i] = [2]uint64{rand.Uint64(), rand.Uint64()}
	}
	return s
}

// of is the coefficient of something, a number below the prime that looks random.
func (s *salt) of(about int, a, b int64) uint64 {
	k := &s[about]
	hi, lo := bits.Mul64(uint64(a)^k[0], uint64(b)*0x9e3779b97f4a7c15^k[1])
	hi, lo = bits.Mul64(hi^lo^k[1], bits.RotateLeft64(lo, 32)^k[0]^uint64(b))
	return mod61(hi ^ lo)
}

func mod61(x uint64) uint64 {
	x = x&prime + x>>61
	if x >= prime {
		x -= prime
	}
	return x
}

func plus(a, b uint64) uint64 { return mod61(a + b) }

func minus(a, b uint64) uint64 { return mod61(a + prime - b) }

// times is a coefficient taken so many times; n may be below zero.
func times(a uint64, n int64) uint64 {
	m := uint64(n)
	if n < 0 {
		m = uint64(-n)
	}
	hi, lo := bits.Mul64(a, mod61(m))
	product := plus(mod61(lo), mod61(hi<<3))
	if n < 0 {
		return minus(0, product)
	}
	return product
}

// once remembers numbers and says which come a second time. It needs a bit for each, near others.
type once map[int64]*[512]uint64

const oncePage = 512 * 64

// again adds a number, which is not below zero, and says whether it was there.
func (o once) again(n int64) bool {
	page := o[n/oncePage]
	if page == nil {
		page = new([512]uint64)
		o[n/oncePage] = page
	}
	word, bit := &page[n%oncePage/64], uint64(1)<<(n%64)
	was := *word&bit != 0
	*word |= bit
	return was
}

// join adds all numbers of another and lists those that were there.
func (o once) join(other once) (twice []int64) {
	for n, page := range other {
		mine := o[n]
		if mine == nil {
			o[n] = page
			continue
		}
		for i, word := range page {
			for both := mine[i] & word; both != 0; both &= both - 1 {
				twice = append(twice, n*oncePage+int64(i*64+bits.TrailingZeros64(both)))
			}
			mine[i] |= word
		}
	}
	return twice
}
