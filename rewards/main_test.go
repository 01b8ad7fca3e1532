package rewards_test

import (
	"fmt"
	"os"
	"testing"

	"fiel/db/dbtest"
)

func TestMain(m *testing.M) {
	if task := os.Getenv("FIEL_TEST_CHILD"); task != "" {
		if err := child(task); err != nil {
			fmt.Println("child:", err)
			os.Exit(1)
		}
		return
	}
	dbtest.Main(m)
}
