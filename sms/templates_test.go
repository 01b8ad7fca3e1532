package sms

import (
	"strings"
	"testing"
	"time"

	"fiel/templates"
)

// Every text we send by itself is in GSM-7 and stays within its parts with the longest values it may get, so that its price is known.
func TestTemplatesStayWithinTheirParts(t *testing.T) {
	for _, lang := range templates.Languages() {
		for _, key := range templates.Keys() {
			fields, parts := templates.Longest(lang, key)
			text, err := templates.Render(lang, key, fields)
			if err != nil {
				t.Fatal(err)
			}
			got := Count(text)
			if got.Encoding != GSM7 || got.Parts > parts {
				t.Errorf("%s %s takes %d parts of %s (%d units, %q forces), at most %d in GSM-7: %s",
					lang, key, got.Parts, got.Encoding, got.Units, string(got.Forcing), parts, text)
			}
			if text != Clean(text) {
				t.Errorf("%s %s is not clean: %q", lang, key, text)
			}
		}
	}
}

// The days, months and hours that fill the texts keep them in GSM-7 too. In Spanish that leaves the accent off a letter of sabado.
func TestDatesAreInGSM7(t *testing.T) {
	for _, lang := range templates.Languages() {
		for month := range 12 {
			at := time.Date(2026, time.Month(month+1), month+1, 2*month, 30, 0, 0, time.UTC)
			text := templates.DateYear(lang, at) + templates.Moment(lang, at) + templates.ShortDate(lang, at) + templates.Weekday(lang, at)
			if !isGSM7(text) {
				t.Errorf("%s: %q", lang, Count(text).Forcing)
			}
		}
	}
}

// á, í, ó and ú would move a text to UCS-2 and double its price; é and ñ are free. No Spanish text has found them indispensable.
func TestSpanishTextsDoWithoutDearAccents(t *testing.T) {
	for _, key := range templates.Keys() {
		fields, _ := templates.Longest("es", key)
		text, err := templates.Render("es", key, fields)
		if err != nil || strings.ContainsAny(text, "áíóúÁÍÓÚ") {
			t.Errorf("%s: %s, %v", key, text, err)
		}
	}
}

// A promotion says how to leave in every language.
func TestPromotionsSayHowToLeave(t *testing.T) {
	for lang, stop := range map[string]string{"es": "BAJA", "en": "STOP"} {
		for _, key := range []string{
			"joined", "joined_confirm", "joined_code_unknown", "joined_code_unknown_confirm", "welcome_staff", "welcome_back", "welcome_back_confirm", "help",
		} {
			fields, _ := templates.Longest(lang, key)
			if text, err := templates.Render(lang, key, fields); err != nil || !strings.Contains(text, stop) {
				t.Errorf("%s %s does not say %s: %s, %v", lang, key, stop, text, err)
			}
		}
	}
}
