package campaigns

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"fiel/sms"
)

// judge says whether the run may be started as it stands. What goes out once is refused when nobody may be texted on its day any more or it
// cannot have left by its end; what comes again is warned of, since each time is judged when it comes (see [Service.judgeRun]). To go to
// as many as fit is always allowed, as long as anybody may be texted before the end.
func (v *survey) judge(f *Preflight) {
	f.Warnings = v.lacks(f)
	if v.pl.series != nil {
		f.Warnings = append(f.Warnings, fmt.Sprintf(seriesWarning, stepsSaid(f.Steps)))
		return // it goes to one member after the other
	}
	why, hard := v.cannot(f)
	s, err := v.campaign.schedule()
	switch {
	case why == "":
	case err == nil && s.once() && (hard || !f.AsMany):
		f.Refused = why
	default:
		f.Warnings = append(f.Warnings, why)
	}
}

// cannot is why the run cannot go as it is planned, ” when it can. Hard: not even a part of it can.
func (v *survey) cannot(f *Preflight) (why string, hard bool) {
	closed := f.LeftOut[sms.ReasonHours]
	switch {
	case f.Ends <= v.pl.now:
		return fmt.Sprintf("The offer of %q is over since %s.", v.campaign.Name, v.local(f.Ends)), true
	case f.Texts == 0 && v.earliest == 0 && closed > 0:
		return fmt.Sprintf("%q begins on %s, and nobody of its audience may be texted before it ends on %s: %s. The next time is %s.",
			v.campaign.Name, v.local(f.Starts), v.local(f.Ends), v.hours(f), v.next(f)), true
	case v.nextDay(f):
		if f.NextLegal == 0 || v.earliest < f.NextLegal {
			f.NextLegal = v.earliest
		}
		return fmt.Sprintf("%q begins on %s, when nobody of its audience may be texted: %s. The next time is %s. Set it to then, or let it go to as many as fit, in their hours.",
			v.campaign.Name, v.local(f.Starts), v.hours(f), v.next(f)), false
	case f.Late > 0:
		return fmt.Sprintf("%q cannot be sent in time: at %d parts a second, behind what waits already, %d of %d texts would not have left by its end on %s. "+
			"Give it more time, fewer people or a faster sender, or let it go to as many as fit.", v.campaign.Name, f.Pace, f.Late, f.Texts, v.local(f.Ends)), false
	}
	return "", false
}

// nextDay says whether nobody may be texted any more on the day on which the run begins: an offer told for Friday evening would come on
// Saturday morning. Half an hour's wait for the hours to open is nothing to refuse.
func (v *survey) nextDay(f *Preflight) bool {
	begins := DateOf(time.UnixMilli(max(f.Starts, v.pl.now)).In(v.pl.zone))
	return v.earliest != 0 && begins.Before(DateOf(time.UnixMilli(v.earliest).In(v.pl.zone)))
}

func (v *survey) local(at int64) string {
	return time.UnixMilli(at).In(v.pl.zone).Format("Mon 2006-01-02 15:04")
}

func (v *survey) next(f *Preflight) string {
	if f.NextLegal == 0 {
		return "not within fifteen days"
	}
	return v.local(f.NextLegal)
}

// hours is when the countries of those who are outside their hours may be texted.
func (v *survey) hours(f *Preflight) string {
	at := time.UnixMilli(f.Starts).In(v.pl.zone)
	var words []string
	for _, country := range slices.Sorted(maps.Keys(v.outside)) {
		words = append(words, sms.HoursIn(v.pl.program, country, at))
	}
	return "offers go to " + strings.Join(words, "; ")
}

// lacks is what the owner should know beside: what a country asks for and the program cannot say, what its sender needs there, and who
// could be texted only after the end.
func (v *survey) lacks(f *Preflight) []string {
	warnings := []string{}
	for _, c := range f.Prices {
		if lack := sms.Lacks(v.pl.program, c.Country); lack != "" && v.pl.class == sms.Marketing {
			warnings = append(warnings, lack)
		}
		if unfit, needs := sms.Unfit(c.Country, v.kind); unfit {
			warnings = append(warnings, "The sender is not fit for offers to "+c.Country+". "+strings.Join(needs, " "))
		}
	}
	if now := max(f.Starts, v.pl.now); v.earliest > now && !v.nextDay(f) {
		warnings = append(warnings, fmt.Sprintf("Nobody may be texted before %s: %s.", v.local(v.earliest), v.hours(f)))
	}
	if n := f.LeftOut[sms.ReasonHours]; n > 0 && f.Texts > 0 {
		warnings = append(warnings, fmt.Sprintf("%d are outside their hours until the end; the first of them could be texted on %s.", n, v.next(f)))
	}
	return warnings
}
