package pos_test

import (
	"testing"

	"fiel/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }
