package db

import (
	"fmt"
	"runtime/debug"
)

// run calls the closure. It returns its error, or why the transaction must not be committed though it returned none.
func (tx *Tx) run(f closure) (err error) {
	returned := false
	defer func() {
		tx.end()
		if tx.dry {
			_ = recover()
			err = errDry
		} else if !returned {
			err = panicked(recover())
		}
	}()
	err = f(tx.ctx, tx)
	returned = true
	if err == nil {
		err = tx.failed
	}
	return translate(err, nil)
}

// end closes what the closure left open and makes its Tx useless, in case it was kept.
func (tx *Tx) end() {
	for _, rows := range tx.open {
		rows.Close()
	}
	tx.open = nil
	if tx.failed == nil {
		tx.failed = errEnded
	}
}

func panicked(p any) error {
	return &Error{Code: Internal, Text: "A closure panicked", Cause: fmt.Errorf("%v\n%s", p, debug.Stack())}
}

// afterwards runs what was left for after the commit.
func (tx *Tx) afterwards() {
	for _, f := range tx.after {
		tx.d.guarded(f)
	}
}

func (d *DB) guarded(f func()) {
	defer func() {
		if p := recover(); p != nil {
			d.opts.Log.Error("panic after a commit", "error", panicked(p))
		}
	}()
	f()
}
