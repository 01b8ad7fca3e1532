package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/alecthomas/kong"
	"golang.org/x/term"

	"fiel/db"
	"fiel/members"
	"fiel/templates"
)

// Exit codes of every command.
const (
	exitDone    = 0
	exitRefused = 1 // with a sentence that says why
	exitUsage   = 2 // the command was not called right
)

// Streams is what a command reads, writes and is told by its environment.
type Streams struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer
	Env []string
}

// commands is the command line; each field is one file of this folder.
type commands struct {
	Settings `embed:"" group:"Settings; --public-url is FIEL_PUBLIC_URL in the environment and in fiel.conf"`

	JSON    bool  `help:"Answer in JSON."`
	Program int64 `help:"Which program, where the server has several." placeholder:"ID"`

	Demo     demoCmd     `cmd:"" help:"A seeded café on this machine, with a phone in the browser that texts in Spanish, English, French or Chinese. Needs no account."`
	Init     initCmd     `cmd:"" help:"Set up a program with its first store, owner, sender and till."`
	Serve    serveCmd    `cmd:"" help:"Answer texts and tills, send what is due."`
	Text     textCmd     `cmd:"" help:"Text the shop as if from a phone, and print the answer."`
	Inbox    inboxCmd    `cmd:"" help:"Texts that a person should read."`
	Phone    phoneCmd    `cmd:"" help:"Print a phone number in its international form, or say what is wrong with it."`
	Member   memberCmd   `cmd:"" help:"Enrol, show and list members."`
	Card     cardCmd     `cmd:"" help:"Printed cards that stand for a phone at a till."`
	About    programCmd  `cmd:"" name:"program" help:"Show and change the program's settings."`
	Expiry   expiryCmd   `cmd:"" help:"How points expire: show, preview, set."`
	Till     tillCmd     `cmd:"" help:"Tills: add, list, and what they said that needs a person."`
	Rule     ruleCmd     `cmd:"" help:"How purchases earn: add, list, try and retire rules."`
	Tier     tierCmd     `cmd:"" help:"Levels: add, change, list, give and count them."`
	Reward   rewardCmd   `cmd:"" help:"Add and list rewards."`
	Action   actionCmd   `cmd:"" help:"What points are given for beside purchases: joining, friends, birthdays, reviews."`
	Referral referralCmd `cmd:"" help:"Friends: who brought whom, and what looks strange."`
	Credit   creditCmd   `cmd:"" help:"Give a member points by hand; above the limit a second person approves."`
	Settle   settleCmd   `cmd:"" name:"settlement" help:"What the stores of a coalition owe one another for a month."`
	Redeem   redeemCmd   `cmd:"" help:"Use a voucher."`
	Voucher  voucherCmd  `cmd:"" help:"Vouchers: show, reserve, let go, take a use back."`
	Dispute  disputeCmd  `cmd:"" help:"Uses of vouchers that members object to: list and settle."`
	Store    storeCmd    `cmd:"" help:"Stores: list, add, and what they ask of vouchers."`
	Staff    staffCmd    `cmd:"" help:"Who works here: list, add, leave."`
	Sender   senderCmd   `cmd:"" help:"Numbers and messaging services that texts leave by."`
	Audience audienceCmd `cmd:"" help:"Who a campaign is for: count, sample, explain, conditions."`
	Recipe   recipeCmd   `cmd:"" help:"The ready-made campaigns there are: list, show."`
	Campaign campaignCmd `cmd:"" help:"Offers and greetings: add, start, pause, resume, cancel, report."`
	Link     linkCmd     `cmd:"" help:"Short links on this server, with how often they were followed."`
	Notice   noticeCmd   `cmd:"" help:"What the owners were told: runs that stopped, came late or were missed, spending."`
	Import   importCmd   `cmd:"" help:"Bring members, balances and past purchases over from another system."`
	Export   exportCmd   `cmd:"" help:"Write everything that is kept of a program to CSV files."`
	Flag     flagCmd     `cmd:"" help:"Look for who earns more than a customer would."`
	Audit    auditCmd    `cmd:"" help:"List what staff, tills and this command line did."`
	DB       dbCmd       `cmd:"" name:"db" help:"Bring the tables up to date, prove the ledger, back up and restore."`
	Resume   resumeCmd   `cmd:"" help:"After a restore: read the stops since the backup, then send again."`

	Bench  benchCmd  `cmd:"" help:"Measure this machine, as ratios."`
	Doctor doctorCmd `cmd:"" help:"Look for what is wrong with the set-up and say how to mend it."`
}

// App is what a command works with.
type App struct {
	Streams
	Settings
	ctx     context.Context
	json    bool
	program int64
	clock   func() time.Time
	log     *slog.Logger
}

// Run is the program: it reads arguments, runs one command and returns its exit code. Tests call it too.
func Run(ctx context.Context, args []string, s Streams) (code int) {
	defer func() {
		if r := recover(); r != nil {
			asked, ok := r.(exit)
			if !ok {
				panic(r)
			}
			code = int(asked)
		}
	}()
	var c commands
	parser, err := newParser(&c, s)
	if err != nil {
		return fail(s, err, false)
	}
	k, err := parser.Parse(args)
	if err == nil {
		err = legible(args)
	}
	if err != nil {
		fmt.Fprintf(s.Err, "fiel: %v\nRun `fiel --help` for the commands.\n", err)
		return exitUsage
	}
	app := &App{Streams: s, Settings: c.Settings, ctx: ctx, json: c.JSON, program: c.Program, clock: time.Now, log: newLog(s.Err, c.LogLevel)}
	if err := k.Run(app); err != nil {
		return fail(s, err, c.JSON)
	}
	return exitDone
}

// legible refuses arguments that a database could not keep or a text not show as they were meant.
func legible(args []string) error {
	for _, arg := range args {
		if !utf8.ValidString(arg) {
			return fmt.Errorf("%q is not UTF-8: set the terminal to it", arg)
		}
	}
	return nil
}

// callError is a wrong call that only the command itself can see.
type callError struct{ sentence *db.Error }

func (e callError) Error() string { return e.sentence.Error() }
func (e callError) Unwrap() error { return e.sentence }

// wrongCall says what is wrong with how a command was called; the exit code is that of a wrong call.
func wrongCall(sentence string, args ...any) error {
	return callError{db.Errorf(db.Invalid, sentence, args...)}
}

// exit carries --help out of kong without ending the process, so that tests can ask for help too.
type exit int

func newParser(c *commands, s Streams) (*kong.Kong, error) {
	resolver, err := settingsResolver(s.Env)
	if err != nil {
		return nil, err
	}
	return kong.New(c,
		kong.Name("fiel"),
		kong.Description("Fiel: points and offers by SMS, on a box of your own. A phone number is the card."),
		kong.Vars{"recipes": strings.Join(recipeNames(), ", ")},
		kong.Writers(s.Out, s.Err),
		kong.Resolvers(resolver),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}),
		kong.Exit(func(code int) { panic(exit(code)) }),
	)
}

// fail prints an error as a sentence and gives the exit code for it.
func fail(s Streams, err error, asJSON bool) int {
	if errors.Is(err, context.Canceled) {
		err = db.Errorf(db.Refused, "stopped before it was done; what was done until then stays. Look, and run it again")
	}
	code := db.CodeOf(err)
	if asJSON {
		_ = json.NewEncoder(s.Err).Encode(map[string]any{"error": map[string]string{"code": string(code), "message": err.Error()}})
	} else {
		fmt.Fprintf(s.Err, "fiel: %v\n", err)
	}
	if wrong := (callError{}); errors.As(err, &wrong) {
		return exitUsage
	}
	return exitRefused
}

// open opens the database the settings name, ready for work. It makes none: a mistyped path is not a new shop.
func (a *App) open() (*db.DB, error) { return a.openOr(nil) }

// openOr is open for a process that stays: broken is called when the database is not safe to go on with.
func (a *App) openOr(broken func(error)) (*db.DB, error) {
	if _, err := os.Stat(a.Database); errors.Is(err, fs.ErrNotExist) && !strings.Contains(a.Database, "://") {
		return nil, db.Errorf(db.Missing, "there is no database at %s: run `fiel init`, or set FIEL_DATABASE", a.Database)
	}
	d, err := db.Open(a.ctx, a.Database, db.Options{Clock: a.clock, Log: a.log, Fatal: broken})
	if err != nil {
		return nil, err
	}
	if err := d.Ready(a.ctx); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

// key reads FIEL_KEY_FILE and makes sure that it is the key of this database.
func (a *App) key(d *db.DB) (members.Key, error) {
	k, err := members.ReadKey(a.KeyFile)
	if err != nil {
		return k, err
	}
	return k, d.Read(a.ctx, k.Check)
}

// pick finds the program a command is about: the one named, else the only one.
func (a *App) pick(ctx context.Context, tx *db.Tx) (members.Program, error) {
	if a.program != 0 {
		return members.ProgramByID(ctx, tx, a.program)
	}
	return members.OnlyProgram(ctx, tx)
}

// shop opens the database with its key and gives both to f with the program the command is about.
func (a *App) shop(f func(d *db.DB, key members.Key, p members.Program) error) error {
	d, err := a.open()
	if err != nil {
		return err
	}
	defer d.Close()
	key, err := a.key(d)
	if err != nil {
		return err
	}
	var p members.Program
	err = d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = a.pick(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	return f(d, key, p)
}

// answer prints v as JSON when that was asked for, else what f writes.
func (a *App) answer(v any, f func(w io.Writer)) error {
	if a.json {
		e := json.NewEncoder(a.Out)
		e.SetIndent("", "  ")
		return e.Encode(v)
	}
	f(a.Out)
	return nil
}

func newLog(w io.Writer, level slog.Level) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level}))
}

// sortedNames are the keys of a map in order.
func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// money is an amount as the terminal shows it.
func money(p members.Program, minor int64) string { return templates.Money("en", p.Currency, minor) }

// isTerminal says whether somebody sits at the other end of a stream.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
