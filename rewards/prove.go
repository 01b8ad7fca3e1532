package rewards

import (
	"context"
	"slices"
	"strings"
	"sync"

	"fiel/db"
	"fiel/members"
)

// Proved is what a proof of a program looked at and found.
type Proved struct {
	Members, Vouchers, Entries, Lots, Moves int64  // rows
	Sealed                                  int64  // days whose seals were recomputed
	Seal                                    string // hash of the newest seal, '' = none: keep it elsewhere
	Suspects                                int64  // rows that were asked about one by one; most of them had moved meanwhile
	Findings                                []Finding
}

// Prove proves the invariants of [Check] on a program of any size, with two readers, while it is being written to. No snapshot lasts
// longer than one block of ids takes, a second or two. progress, which may be nil, is told how many of how many steps are done, from
// any goroutine.
//
// Each table is read through once, in the order of its ids; nothing is sorted, grouped or looked up. What has to hold between tables is
// turned into sums, one for each member, that are zero if it holds: with a coefficient c that looks random for each seq and balance,
// each entry, each lot,
//
//	 Σ entries c(seq, balance after) - c(seq - 1, balance before)  -  c(last seq, balance) + c(0, 0)      every entry follows the last
//	+ Σ entries c(entry) · (points of its moves and lots - what its balance gained above zero)            entries and lots agree
//	+ Σ lots    c(lot) · (left - points)  -  Σ moves c(lot) · points                                      lots and moves agree
//	+ Σ lots    c · left  -  c · (balance above zero)                                                     lots and balance agree
//
// Members who were merged have one sum together, since their lots are handed over as they are.
//
// A ledger that breaks one of them has such a sum by chance with a probability of 2^-61 for each member that is broken, since
// the coefficients are numbers below the prime 2^61-1 drawn anew for each proof. The first line holds only if the entries are a path
// from nothing to the last balance, for which every seq has to be there. Vouchers are few and are kept in memory, a purchase that was
// credited is one bit.
//
// Blocks are read at different times, so a member may have moved in between. Entries are immutable and a member's are numbered without
// gaps, so those up to the member's seq at the time its row was read are known exactly; later ones are left out of the sum, and the
// member is suspected. Lots and vouchers do change: a member or voucher that does not add up is suspected too. Whoever is suspected is
// asked about once more, exactly and on one snapshot; only what is wrong there is a finding. So whatever moves costs time but is never found to be wrong, and whatever rests and is wrong is
// found; what is wrong about a member who moves is found too, since the member is suspected for it.
func Prove(ctx context.Context, d *db.DB, p members.Program, progress func(done, total int)) (Proved, error) {
	proof := newProof(p.ID, 2, d.Read)
	proof.progress = progress
	err := proof.run(ctx)
	proof.Findings = proof.findings
	return proof.Proved, err
}

// proof is one proof of one program.
type proof struct {
	Proved
	program  int64
	read     func(context.Context, func(context.Context, *db.Tx) error) error
	readers  []*reader
	progress func(done, total int)
	salt     salt

	people   people
	vouchers vouchers
	refunds  map[int64]int64 // points that refunds moved, by purchase
	seals    seals

	mu          sync.Mutex // guards what follows
	findings    []Finding
	named       map[string]int // findings of a sentence
	done, total int
}

func newProof(program int64, readers int, read func(context.Context, func(context.Context, *db.Tx) error) error) *proof {
	p := &proof{program: program, read: read, salt: newSalt(), refunds: map[int64]int64{}, named: map[string]int{}}
	p.vouchers.at = map[int64]int32{}
	for range readers {
		p.readers = append(p.readers, newReader(p))
	}
	return p
}

// run goes through the tables: first who there is, then what happened, then whatever did not add up.
func (p *proof) run(ctx context.Context) error {
	for _, part := range []func(context.Context) error{
		p.readSeals, p.readPeople, p.readRefunds, p.readHistory, p.askAll, p.settle, p.settleSeals,
	} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

// job is one piece of work on one snapshot.
type job func(ctx context.Context, tx *db.Tx, r *reader) error

// share lets all readers work on jobs until none is left or one has failed. Its last result is kept when a snapshot is begun again.
func (p *proof) share(ctx context.Context, jobs []job) error {
	p.expect(len(jobs))
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	queue := make(chan job, len(jobs))
	for _, j := range jobs {
		queue <- j
	}
	close(queue)
	if len(p.readers) == 1 {
		return p.work(ctx, p.readers[0], queue)
	}
	var all sync.WaitGroup
	for _, r := range p.readers {
		all.Go(func() {
			if err := p.work(ctx, r, queue); err != nil {
				cancel(err)
			}
		})
	}
	all.Wait()
	return context.Cause(ctx)
}

func (p *proof) work(ctx context.Context, r *reader, queue <-chan job) error {
	for j := range queue {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := p.read(ctx, func(ctx context.Context, tx *db.Tx) error { return j(ctx, tx, r) }); err != nil {
			return err
		}
		p.step()
	}
	return nil
}

func (p *proof) expect(steps int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.total += steps
}

func (p *proof) step() {
	p.mu.Lock()
	p.done++
	done, total := p.done, max(p.done, p.total)
	p.mu.Unlock()
	if p.progress != nil {
		p.progress(done, total)
	}
}

// blocks are the blocks of ids in which a table has rows of the program.
func (p *proof) blocks(ctx context.Context, table, key string) (all []int64, err error) {
	query := "SELECT COALESCE(MIN(" + key + "), -1) FROM " + table + " WHERE program_id = $1 AND " + key + " >= $2"
	err = p.read(ctx, func(ctx context.Context, tx *db.Tx) error {
		all = nil
		for from := int64(0); ; {
			var id int64
			if err := tx.QueryRowContext(ctx, query, p.program, from).Scan(&id); err != nil || id < 0 {
				return err
			}
			all = append(all, id/sealBlock)
			from = (id/sealBlock + 1) * sealBlock
		}
	})
	return all, err
}

// inBlock is the end of a query for the rows of one block, in the order of their ids.
func inBlock(key, order string) string {
	return " AS t WHERE t.program_id = $1 AND t." + key + " >= $2 AND t." + key + " < $3 ORDER BY " + order
}

// oneText is expressions of SQL as one text with a | between them, each by its mark: a row that is read as one value costs a third of
// one that is read as many. FORMAT builds it without asking for memory anew, over which two readers would wait for one another.
func oneText(expressions string, marks []string) string {
	return "FORMAT('" + strings.Join(marks, "|") + "', " + expressions + ")"
}

// texts are marks for so many expressions, by which both databases write a number as well as a text.
func texts(n int) []string { return slices.Repeat([]string{"%s"}, n) }

// block reads a block of a table as texts.
func (p *proof) block(ctx context.Context, tx *db.Tx, query string, block int64, f func(text []byte) error) error {
	return eachText(ctx, tx, query, []any{p.program, block * sealBlock, (block + 1) * sealBlock}, f)
}
