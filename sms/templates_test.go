package sms

import (
	"strings"
	"testing"
	"time"

	"fiel/templates"
)

// Every text we send by itself stays within its parts with the longest values it may get, so that its price is known, and all but the
// Chinese are in GSM-7.
func TestTemplatesStayWithinTheirParts(t *testing.T) {
	for _, lang := range templates.Languages() {
		for _, key := range templates.Keys() {
			fields, parts := templates.Longest(lang, key)
			text, err := templates.Render(lang, key, fields)
			if err != nil {
				t.Fatal(err)
			}
			got := Count(text)
			if got.Encoding != GSM7 && lang != "zh" || got.Parts > parts {
				t.Errorf("%s %s takes %d parts of %s (%d units, %q forces), at most %d: %s",
					lang, key, got.Parts, got.Encoding, got.Units, string(got.Forcing), parts, text)
			}
			if text != Clean(text) {
				t.Errorf("%s %s is not clean: %q", lang, key, text)
			}
		}
	}
}

// What Chinese texts may take beyond the others is for the longest names alone: with usual ones they take as few parts, and no key asks
// for room that it does not need.
func TestChineseTextsAreNoDearerWithUsualNames(t *testing.T) {
	for _, key := range templates.Keys() {
		_, most := templates.Longest("es", key)
		text, err := templates.Render("zh", key, usual(key))
		if err != nil {
			t.Fatal(err)
		}
		if got := Count(text); got.Parts > most {
			t.Errorf("%s takes %d parts, not %d (%d units); are all its fields among the usual ones below? %s", key, got.Parts, most, got.Units, text)
		}
		longest, parts := templates.Longest("zh", key)
		text, err = templates.Render("zh", key, longest)
		if got := Count(text); err != nil || parts > most && got.Parts != parts {
			t.Errorf("%s may take %d parts and takes %d: %s, %v", key, parts, got.Parts, text, err)
		}
	}
}

// usual are the fields of a key with values as Chinese shops have them; a field that is not listed has its longest.
func usual(key string) templates.Fields {
	f, _ := templates.Longest("zh", key)
	for field, value := range map[string]string{
		"action": "填写问卷", "amount": "¥50", "balance": "1280", "begin": "3月14日 09:00", "birthday": "3月14日", "campaign": "周五快闪优惠", "cap": "5000", "change": "BCD23", "charity": "希望工程",
		"choice": "拿铁", "choice_a": "拿铁", "choice_b": "美式咖啡", "choice_c": "热巧克力", "clue": "面包睡觉的地方", "code": "BCDF2345", "command": "兑换1", "contact": "021-5555 0100",
		"cost": "500", "date": "3月14日", "day": "星期六 3月14日", "delta": "50", "digital": "4821 7733 9012 5567", "end": "3月14日 18:00", "ending": "678", "expires": "12月31日",
		"expiring": "120", "fault": "30007", "full": "10", "joined": "2026年3月14日", "languages": "EN, ES, FR, ZH", "level": "金卡", "link": "https://hua.cn/d/BCDF2345GHJK6789",
		"missing": "220", "name": "王小芳", "next": "白金卡", "number": "2", "offer": "全场八折", "own": "谢谢参与，下周六再来转！", "parts": "2500", "phone": "+8613812345678", "points": "128", "program": "南京路花店",
		"purchases": "12", "reason": "消费", "reward": "中杯咖啡一杯", "spend": "¥1,200", "stamps": "3", "start": "3月14日", "store": "人民广场店",
		"tier": "金卡", "until": "2027年12月31日", "was": "金卡", "welcome": "周五晚上八点见", "who": "#1024", "words": "生日快乐，谢谢您一直以来的支持！", "years": "2",
		"buyer": "王小芳", "joins": "12", "sales": "85", "texts": "412", "sent": "412", "delivered": "398", "used": "37", "people": "412", "bill": "¥24.50", "count": "412",
	} {
		if templates.Takes(key, field) {
			f[field] = value
		}
	}
	if key == "tier" || key == "tier_first" {
		delete(f, "spend") // by points or by what was spent, never by both
	}
	return f
}

// The days, months and hours that fill the texts keep them in GSM-7 too. In Spanish that leaves the accent off a letter of sabado.
func TestDatesAreInGSM7(t *testing.T) {
	for _, lang := range []string{"es", "en", "fr"} {
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
	for lang, stop := range map[string]string{"es": "BAJA", "en": "STOP", "fr": "ARRET", "zh": "退订"} {
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

// What we write to say how to leave is what [HasWayOut] finds, so that no promotion says it twice.
func TestTheWayOutIsFoundInEveryLanguage(t *testing.T) {
	for _, lang := range templates.Languages() {
		if out, err := templates.Render(lang, "footer_out", nil); err != nil || !HasWayOut("Cafe: 2x1. "+out) {
			t.Errorf("%s: %q, %v", lang, out, err)
		}
	}
}

// A sentence is put behind another as its language does.
func TestTheWayOutStandsBehindTheWords(t *testing.T) {
	for body, want := range map[string]string{
		"Cafe: 2x1": "Cafe: 2x1. STOP", "Cafe: 2x1!": "Cafe: 2x1! STOP", "花店：全场八折": "花店：全场八折。STOP", "全场八折！": "全场八折！STOP", "": " STOP",
	} {
		if got := join(body, "STOP"); got != want {
			t.Errorf("%q becomes %q, want %q", body, got, want)
		}
	}
}
