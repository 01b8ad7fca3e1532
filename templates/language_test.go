package templates

import (
	"math"
	"testing"
	"time"
)

func TestDates(t *testing.T) {
	at := time.Date(2027, 3, 14, 18, 5, 0, 0, time.UTC)
	noon := time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
	lima := time.FixedZone("Lima", -5*3600)
	tests := []struct{ name, got, want string }{
		{"day", Date("es", at), "14 de marzo"},
		{"day", Date("en", at), "March 14"},
		{"first of the month", Date("es", noon), "1 de septiembre"},
		{"day", Date("fr", at), "14 mars"},
		{"day", Date("zh", at), "3月14日"},
		{"first of the month", Date("fr", noon), "1er septembre"},
		{"first of the month", Date("zh", noon), "9月1日"},
		{"year", DateYear("fr", at), "14 mars 2027"},
		{"year", DateYear("zh", at), "2027年3月14日"},
		{"short", ShortDate("fr", at), "14 mars"},
		{"short", ShortDate("zh", at), "3月14日"},
		{"clock", Clock("fr", at), "18h05"},
		{"clock", Clock("zh", at), "18:05"},
		{"moment", Moment("fr", at), "14 mars à 18h05"},
		{"moment", Moment("zh", at), "3月14日 18:05"},
		{"weekday", Weekday("fr", at), "dimanche"},
		{"weekday", Weekday("zh", at), "星期日"},
		{"year", DateYear("es", at), "14 de marzo de 2027"},
		{"year", DateYear("en", at), "March 14, 2027"},
		{"short", ShortDate("es", at), "14 mar"},
		{"short", ShortDate("en", at), "Mar 14"},
		{"clock", Clock("es", at), "18:05"},
		{"clock", Clock("en", at), "6:05 pm"},
		{"noon", Clock("en", noon), "12:00 pm"},
		{"moment", Moment("es", at), "14 de marzo, 18:05"},
		{"moment", Moment("en", at), "March 14, 6:05 pm"},
		{"weekday", Weekday("es", at), "domingo"},
		{"weekday", Weekday("en", at), "Sunday"},
		{"by the time's own zone", Moment("es", time.Date(2027, 1, 1, 2, 0, 0, 0, time.UTC).In(lima)), "31 de diciembre, 21:00"},
		{"a language that is not there", Date("xx", at), "14 de marzo"},
		{"months", MonthNames("es")[11], "diciembre"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.got != test.want {
				t.Errorf("got %q, want %q", test.got, test.want)
			}
		})
	}
}

func TestMonthNamesAreACopy(t *testing.T) {
	MonthNames("es")[0] = "brumario"
	if MonthNames("es")[0] != "enero" {
		t.Error("a caller has changed the months")
	}
}

func TestNumber(t *testing.T) {
	for n, want := range map[int64][4]string{
		0: {"0", "0", "0", "0"}, 999: {"999", "999", "999", "999"}, 1500: {"1500", "1,500", "1 500", "1,500"},
		12500: {"12 500", "12,500", "12 500", "12,500"}, -12500: {"-12 500", "-12,500", "-12 500", "-12,500"},
		1234567:       {"1 234 567", "1,234,567", "1 234 567", "1,234,567"},
		math.MinInt64: {"-9 223 372 036 854 775 808", "-9,223,372,036,854,775,808", "-9 223 372 036 854 775 808", "-9,223,372,036,854,775,808"},
	} {
		if got := [4]string{Number("es", n), Number("en", n), Number("fr", n), Number("zh", n)}; got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}

func TestMoney(t *testing.T) {
	tests := []struct {
		currency       string
		minor          int64
		es, en, fr, zh string
	}{
		{"EUR", 1250, "12,50 €", "€12.50", "12,50 €", "€12.50"},
		{"EUR", 123456, "1.234,56 €", "€1,234.56", "1 234,56 €", "€1,234.56"},
		{"EUR", 1200, "12 €", "€12", "12 €", "€12"},
		{"EUR", 5, "0,05 €", "€0.05", "0,05 €", "€0.05"},
		{"EUR", 0, "0 €", "€0", "0 €", "€0"},
		{"EUR", -1250, "-12,50 €", "-€12.50", "-12,50 €", "-€12.50"},
		{"MXN", 1205050, "$12,050.50", "$12,050.50", "12 050,50 $", "$12,050.50"},
		{"PEN", 3500, "S/ 35", "S/ 35", "35 S/", "S/ 35"},
		{"COP", 1250000, "$12.500", "$12,500", "12 500 $", "$12,500"},
		{"CLP", 1250, "$1.250", "$1,250", "1 250 $", "$1,250"},
		{"PYG", 50000, "Gs. 50.000", "Gs. 50,000", "50 000 Gs.", "Gs. 50,000"},
		{"JPY", 500, "¥500", "¥500", "500 ¥", "¥500"},
		{"KWD", 1250, "KD 1.250", "KD 1.250", "1,250 KD", "KD 1.250"},
		{"BHD", 1234567, "BD 1,234.567", "BD 1,234.567", "1 234,567 BD", "BD 1,234.567"},
		{"TND", 1234567, "1 234,567 DT", "DT 1,234.567", "1 234,567 DT", "DT 1,234.567"},
		{"XXX", 123456, "XXX 1,234.56", "XXX 1,234.56", "1 234,56 XXX", "XXX 1,234.56"},
		{"USD", math.MinInt64, "-$92,233,720,368,547,758.08", "-$92,233,720,368,547,758.08", "-92 233 720 368 547 758,08 $", "-$92,233,720,368,547,758.08"},
	}
	for _, test := range tests {
		t.Run(test.currency+test.es, func(t *testing.T) {
			for lang, want := range map[string]string{"es": test.es, "en": test.en, "fr": test.fr, "zh": test.zh} {
				if got := Money(lang, test.currency, test.minor); got != want {
					t.Errorf("in %s got %q, want %q", lang, got, want)
				}
			}
		})
	}
}

// The example of a currency shows as many decimals as it has.
func TestCurrenciesAgreeWithThemselves(t *testing.T) {
	for code, c := range texts.currencies {
		for _, f := range []figures{c.home, c.english} {
			if (f.decimal != "") != (c.digits > 0) || f.before+f.after == "" || f.mark == f.decimal {
				t.Errorf("%s has %d digits and is written %+v", code, c.digits, f)
			}
		}
	}
	for code, want := range map[string]int{"CLP": 0, "PYG": 0, "JPY": 0, "KWD": 3, "BHD": 3, "TND": 3, "COP": 2, "EUR": 2, "XXX": 2} {
		if got := MinorDigits(code); got != want {
			t.Errorf("%s has %d digits, want %d", code, got, want)
		}
	}
}
