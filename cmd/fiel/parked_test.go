package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/pos"
)

// TestALateSaleWaitsForTheOwner reports sales that are too old to count by themselves; the owner credits one and leaves the other.
func TestALateSaleWaitsForTheOwner(t *testing.T) {
	dir := t.TempDir()
	call := func(args ...string) string {
		t.Helper()
		var out, failed bytes.Buffer
		args = append(args, "--database", filepath.Join(dir, "fiel.db"), "--key-file", filepath.Join(dir, "fiel.key"))
		if code := Run(context.Background(), args, Streams{In: strings.NewReader(""), Out: &out, Err: &failed}); code != exitDone {
			t.Fatalf("fiel %s: %d %s", strings.Join(args, " "), code, failed.String())
		}
		return out.String()
	}
	var m made
	if err := json.Unmarshal([]byte(call("init", "--name", "Cafe Flor", "--country", "PE", "--owner", "Ana", "--json")), &m); err != nil {
		t.Fatal(err)
	}
	call("member", "add", "987 654 321")
	report(t, dir, m)

	var notes []parkedView
	if err := json.Unmarshal([]byte(call("till", "parked", "--json")), &notes); err != nil || len(notes) != 2 || notes[0].Reason != "late" {
		t.Fatalf("parked: %+v, %v", notes, err)
	}
	call("till", "approve", fmt.Sprint(notes[0].ID))
	call("till", "dismiss", fmt.Sprint(notes[1].ID))
	if got := call("till", "parked"); got != "Nothing to settle.\n" {
		t.Errorf("afterwards: %s", got)
	}
	var v memberView
	if err := json.Unmarshal([]byte(call("member", "show", "987654321", "--json")), &v); err != nil || v.Points != 10 {
		t.Errorf("points %d, %v", v.Points, err)
	}
}

func report(t *testing.T, dir string, m made) {
	t.Helper()
	d, err := db.Open(t.Context(), filepath.Join(dir, "fiel.db"), db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	key, err := members.ReadKey(filepath.Join(dir, "fiel.key"))
	if err != nil {
		t.Fatal(err)
	}
	desk := &pos.Service{DB: d, Key: key}
	for _, ref := range []string{"T-1", "T-2"} {
		a, err := desk.Record(t.Context(), pos.Sale{
			Program: m.Program, Till: m.Till, Ref: ref, Phone: "987654321", Amount: 10500, OccurredAt: time.Now().AddDate(0, 0, -8).UnixMilli(),
		})
		if err != nil || a.Status != 200 {
			t.Fatalf("%s: %+v, %v", ref, a, err)
		}
	}
}
