package rewards

// places finds members by their id: an open table, at least half empty, that keeps beside the id what is asked of a member for each row.
// Members of a large program do not fit what the processor has at hand, so each step into memory counts: this costs one, a map and two
// slices beside it cost four.
type places struct {
	slots []slot // a power of two of them
	shift uint
	n     int
}

// slot is a member.
type slot struct {
	id, seq int64 // id 0: free
	place   int32 // among people
	heir    int32 // the place of who they were merged into, their own unless they were
}

// add enters a member who is not there yet.
func (p *places) add(id, seq int64, place int32) {
	if 2*(p.n+1) > len(p.slots) {
		p.grow()
	}
	p.n++
	*p.free(id) = slot{id, seq, place, place}
}

func (p *places) grow() {
	old := p.slots
	p.slots = make([]slot, max(1<<10, 2*len(old)))
	for p.shift = 64; 1<<(64-p.shift) < len(p.slots); p.shift-- { //nolint:revive // counts the bits
	}
	for _, s := range old {
		if s.id != 0 {
			*p.free(s.id) = s
		}
	}
}

// begin is where the search for an id begins: multiplied by 2^64 over the golden ratio, ids that follow one another spread (Knuth, TAOCP
// 6.4).
func (p *places) begin(id int64) uint64 { return uint64(id) * 0x9E3779B97F4A7C15 >> p.shift } //nolint:gosec // every bit pattern is fine

func (p *places) free(id int64) *slot {
	for i := p.begin(id); ; i = (i + 1) & uint64(len(p.slots)-1) {
		if p.slots[i].id == 0 {
			return &p.slots[i]
		}
	}
}

// find finds a member; nil when there is none with that id.
func (p *places) find(id int64) *slot {
	if len(p.slots) == 0 {
		return nil
	}
	for i := p.begin(id); ; i = (i + 1) & uint64(len(p.slots)-1) {
		switch p.slots[i].id {
		case id:
			return &p.slots[i]
		case 0:
			return nil
		}
	}
}
