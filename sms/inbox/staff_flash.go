package inbox

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"fiel/campaigns"
	"fiel/members"
	"fiel/rewards"
	"fiel/templates"
)

// flashSaid is what an owner wrote behind FLASH.
type flashSaid struct {
	percent, amount int64    // 20%, -5
	offer           []string // in words
	day             campaigns.Date
	days            bool // a day was named
	weekday         bool
	from, until     int // minutes of the day
	tiers, stores   []string
	anyTier         bool // VIP, where no level is called so
	unknown         string
}

var (
	quotedOffer = regexp.MustCompile(`["“”«»]([^"“”«»]{1,60})["“”«»]`)
	dashedHours = regexp.MustCompile(`(\d(?:[hH]|[aApP][mM])?)\s*[-–—]\s*(\d)`)
	hanAndLatin = regexp.MustCompile(`(\p{Han})([0-9A-Za-z])|([0-9A-Za-z%])(\p{Han})`)
	hoursShape  = regexp.MustCompile(`^(?i)(\d{1,2})(?:[:.h](\d{2}))?(?:h|hs|hrs)?(am|pm)?-(\d{1,2})(?:[:.h](\d{2}))?(?:h|hs|hrs)?(am|pm)?$`)
	spacedOff   = regexp.MustCompile(`(\d)[\s\p{Zs}]+%`)
	offShape    = regexp.MustCompile(`^-?(\d{1,3})%$`)
	lessShape   = regexp.MustCompile(`^-[^\d%]{0,3}(\d{1,6}(?:[.,]\d{1,2})?)[^\d%]{0,3}$`)
	dateShape   = regexp.MustCompile(`^(\d{1,2})/(\d{1,2})(?:/(\d{4}))?$`)
)

// flashReader reads an owner's order word by word.
type flashReader struct {
	book     *Book
	now      time.Time // in the program's zone
	decimals int
	monthly  bool // the month first
	tiers    []rewards.Tier
	stores   []members.Store
	said     flashSaid
}

// read reads what stands behind FLASH. What it does not know, once there is an offer, comes back as unknown, and so does a figure that
// cannot be, or that says again what was said.
func (r *flashReader) read(rest string) flashSaid {
	if m := quotedOffer.FindStringSubmatch(rest); m != nil {
		r.said.offer = strings.Fields(m[1])
		rest = strings.Replace(rest, m[0], " ", 1)
	}
	rest = spacedOff.ReplaceAllString(rest, "$1%")
	rest = hanAndLatin.ReplaceAllString(rest, "$1$3 $2$4")
	rest = dashedHours.ReplaceAllString(rest, "$1-$2")
	fields := strings.Fields(rest)
	var words []string
	for i := 0; i < len(fields); {
		n := r.known(fields[i:])
		if n == 0 {
			words = append(words, fields[i])
			n = 1
		}
		i += n
	}
	if r.said.offered() || slices.ContainsFunc(words, isFigure) {
		r.said.unknown = strings.Join(words, " ")
	} else {
		r.said.offer = words
	}
	return r.said
}

// isFigure tells whether a word is written like an offer, hours or a date.
func isFigure(word string) bool {
	return offShape.MatchString(word) || lessShape.MatchString(word) || hoursShape.MatchString(word) || dateShape.MatchString(word)
}

// offered tells whether there is an offer.
func (f flashSaid) offered() bool { return f.percent > 0 || f.amount > 0 || len(f.offer) > 0 }

// known is how many of the fields say something that is known; it is noted.
func (r *flashReader) known(fields []string) int {
	if len(fields) > 2 {
		if _, between := r.book.until.whole(read(fields[1]).words); between && r.hours(fields[0]+"-"+fields[2]) {
			return 3
		}
	}
	if r.figure(fields[0]) {
		return 1
	}
	for n := min(3, len(fields)); n > 0; n-- {
		if r.named(strings.Join(fields[:n], " ")) {
			return n
		}
	}
	return 0
}

// figure notes an offer, hours or a date in figures, each once.
func (r *flashReader) figure(field string) bool {
	if m := offShape.FindStringSubmatch(field); m != nil {
		percent, _ := strconv.ParseInt(m[1], 10, 64)
		if r.said.offered() || percent < 1 || percent > 100 {
			return false
		}
		r.said.percent = percent
		return true
	}
	if m := lessShape.FindStringSubmatch(field); m != nil {
		amount, ok := readAmount(m[1], r.decimals)
		if r.said.offered() || !ok {
			return false
		}
		r.said.amount = amount
		return true
	}
	return r.hours(field) || r.date(field)
}

func (r *flashReader) hours(field string) bool {
	m := hoursShape.FindStringSubmatch(field)
	if m == nil {
		return false
	}
	half := strings.ToLower(m[6])
	from, ok1 := minuteOf(m[1], m[2], strings.ToLower(m[3]))
	until, ok2 := minuteOf(m[4], m[5], half)
	if m[3] == "" && half != "" { // 4-6pm, 10-1pm
		if same, ok := minuteOf(m[1], m[2], half); ok && same < until {
			from = same
		}
	}
	if !ok1 || !ok2 || until <= from || r.said.until > 0 {
		return false
	}
	r.said.from, r.said.until = from, until
	return true
}

// minuteOf is a time of day in minutes.
func minuteOf(hour, minute, half string) (int, bool) {
	h, _ := strconv.Atoi(hour)
	m, _ := strconv.Atoi("0" + minute)
	if half != "" && (h < 1 || h > 12) {
		return 0, false
	}
	if half != "" {
		h %= 12
	}
	if half == "pm" {
		h += 12
	}
	return h*60 + m, h <= 23 && m <= 59
}

func (r *flashReader) date(field string) bool {
	m := dateShape.FindStringSubmatch(field)
	if m == nil || r.said.days {
		return false
	}
	day, _ := strconv.Atoi(m[1])
	month, _ := strconv.Atoi(m[2])
	if r.monthly && day <= 12 || month > 12 {
		day, month = month, day
	}
	year, _ := strconv.Atoi("0" + m[3])
	today := campaigns.DateOf(r.now)
	if year == 0 {
		year = r.now.Year()
		if d := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC); campaigns.DateOf(d).Before(today) {
			year++
		}
	}
	d := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if d.Day() != day || int(d.Month()) != month {
		return false
	}
	r.said.day, r.said.days = campaigns.DateOf(d), true
	return true
}

// named notes a day, an audience, or nothing at all.
func (r *flashReader) named(phrase string) bool {
	words := read(phrase).words
	if day, ok := r.book.days.whole(words); ok && !r.said.days {
		today := campaigns.DateOf(r.now)
		r.said.days, r.said.weekday = true, day < dayToday
		switch day {
		case dayToday:
			r.said.day = today
		case dayTomorrow:
			r.said.day = today.Plus(1)
		default:
			r.said.day = today.Plus((day - int(today.Weekday()) + 7) % 7)
		}
		return true
	}
	if i := slices.IndexFunc(r.tiers, func(t rewards.Tier) bool { return sameWords(t.Name, phrase) }); i >= 0 {
		r.said.tiers = append(r.said.tiers, r.tiers[i].Name)
		return true
	}
	if i := slices.IndexFunc(r.stores, func(s members.Store) bool { return sameWords(s.Name, phrase) }); i >= 0 {
		r.said.stores = append(r.said.stores, r.stores[i].Name)
		return true
	}
	if len(words) == 1 && words[0] == "vip" && len(r.tiers) > 0 {
		r.said.anyTier = true
		return true
	}
	_, all := r.book.everyone.whole(words)
	_, nothing := r.book.ordering.whole(words)
	return all || nothing || len(words) == 0
}

// complete tells whether there is an offer and hours for it, and nothing that was not understood.
func (f flashSaid) complete() bool {
	return f.unknown == "" && f.until > 0 && f.offered()
}

// settle finds the day: that of today where none was said, a week later where the hours of this weekday's are over. False: they have passed.
func (f *flashSaid) settle(now time.Time) bool {
	today, minute := campaigns.DateOf(now), now.Hour()*60+now.Minute()
	if !f.days {
		f.day = today
	}
	if f.day != today || minute < f.until {
		return !f.day.Before(today)
	}
	if f.weekday {
		f.day = f.day.Plus(7)
	}
	return f.weekday
}

// campaign is the order as a campaign of the recipe flash.
func (f flashSaid) campaign(p members.Program, lang string, tiers []rewards.Tier) (campaigns.NewCampaign, error) {
	n := campaigns.NewCampaign{Recipe: "flash", Calendar: campaigns.Calendar{On: f.day.String(), At: clockOf(f.from), Ends: clockOf(f.until)}}
	text := map[string]string{}
	for _, l := range templates.Languages() {
		words, err := "", error(nil)
		switch {
		case f.percent > 0:
			words, err = templates.Render(l, "offer_percent", templates.Fields{"percent": digits(f.percent)})
		case f.amount > 0:
			words, err = templates.Render(l, "offer_amount", templates.Fields{"amount": templates.Money(l, p.Currency, f.amount)})
		case l == lang:
			words = strings.Join(f.offer, " ")
		}
		if err != nil {
			return n, err
		}
		if words != "" {
			text[l] = words
		}
	}
	n.Offer.Text = text
	switch {
	case f.percent > 0:
		n.Offer.Kind, n.Offer.Value = rewards.PercentOff, f.percent
	case f.amount > 0:
		n.Offer.Kind, n.Offer.Value = rewards.AmountOff, f.amount
	}
	who := map[string]any{}
	if f.anyTier && len(f.tiers) == 0 {
		for _, t := range tiers {
			f.tiers = append(f.tiers, t.Name)
		}
	}
	if len(f.tiers) > 0 {
		who["tier"] = f.tiers
	}
	if len(f.stores) > 0 {
		who["store"] = f.stores
	}
	var err error
	n.Audience, err = json.Marshal(who)
	return n, err
}

func clockOf(minute int) string {
	return time.Date(2000, 1, 1, minute/60, minute%60, 0, 0, time.UTC).Format("15:04")
}
