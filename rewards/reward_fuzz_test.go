package rewards_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"fiel/db"
	"fiel/rewards"
)

// FuzzRewardJSON reads anything: what is refused is refused with a sentence, what is read is the same when it was written and read again.
func FuzzRewardJSON(f *testing.F) {
	for _, file := range everyKind() {
		f.Add([]byte(file))
		f.Add([]byte("[" + file + "]"))
	}
	f.Add([]byte(`{"name": "A", "name": "B"}`))
	f.Add([]byte("\xef\xbb\xbf{ \"stock\" : null }"))
	f.Fuzz(func(t *testing.T, data []byte) {
		files, err := rewards.ReadRewards(data)
		if err != nil {
			if db.CodeOf(err) != db.Invalid || err.Error() == "" {
				t.Errorf("%q: %v", data, err)
			}
			return
		}
		written, err := json.Marshal(files)
		if err != nil {
			t.Fatal(err)
		}
		again, err := rewards.ReadRewards(written)
		if err != nil {
			t.Fatalf("%q: %s: %v", data, written, err)
		}
		twice, err := json.Marshal(again)
		if err != nil || !reflect.DeepEqual(written, twice) {
			t.Errorf("%s, then %s, %v", written, twice, err)
		}
	})
}
