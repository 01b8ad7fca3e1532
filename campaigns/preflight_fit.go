package campaigns

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
)

// everyone is above all places in the draw.
const everyone = 1 << 32

// reasonRoom: the offer ends before the sender gets to this member, and the campaign goes to as many as fit.
const reasonRoom = "room"

// draw is a member's place, from 0 to 2^32-1, in the order in which one occurrence of a campaign goes to as many as fit. It is drawn anew
// for each occurrence, so that nobody is always the one left out, and is the same whenever it is asked for, so that the pre-flight and
// the run agree. It owes nothing to who joined first or spends most: an owner who wants that says so in the audience.
func draw(program, campaign int64, occurrence string, member int64) uint64 {
	sum := sha256.Sum256(fmt.Appendf(nil, "fit %d %d %s %d", program, campaign, occurrence, member))
	return uint64(binary.BigEndian.Uint32(sum[:4]))
}

// fits says whether a member is among as many as fit.
func (pl *planner) fits(member int64) bool {
	fit := pl.content.Fit
	return fit == 0 || fit >= everyone || draw(pl.program.ID, pl.run.CampaignID, pl.run.Occurrence, member) < fit
}

// belowLie is the place in the draw below which n of those drawn lie.
func belowLie(drawn []uint64, n int64) uint64 {
	slices.Sort(drawn)
	switch {
	case n >= int64(len(drawn)):
		return everyone
	case n <= 0:
		return 1 // nobody but the first place, which nearly nobody has
	}
	return drawn[n]
}
