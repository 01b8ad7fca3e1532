// Package members knows who: programs and their stores, staff, members, the numbers they are known by, what they consented to,
// and who did what.
//
// A function that takes a *db.Tx composes with others in one transaction. Whatever writes about a person takes the row of the
// number first ([Touch]) and the member's row after it ([Lock]), so that two writers about one person wait for each other.
package members

import "fiel/db"

// orMissing turns a row that is not there into a sentence with the code db.Missing; every other error passes as it is.
func orMissing(err error, sentence string, args ...any) error {
	if db.NotFound(err) {
		return db.Errorf(db.Missing, sentence, args...)
	}
	return err
}
