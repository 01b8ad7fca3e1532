package sms

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

//go:embed packs.txt
var packsFile string

var packs = func() map[string]Pack {
	packs, err := parsePacks(packsFile)
	if err != nil {
		panic("packs.txt: " + err.Error()) // the file is part of the program
	}
	return packs
}()

// PackFor is the rules for a text of a class to a number of a country (ISO 3166; "" when not known). The country matters for
// promotions alone.
func PackFor(class Class, country string) Pack {
	switch class {
	case Reply, Service:
		return packs[class.String()]
	}
	if pack, ok := packs[country]; ok && len(country) == 2 {
		return pack
	}
	return packs["other"]
}

func parsePacks(file string) (map[string]Pack, error) {
	packs := map[string]Pack{}
	pack := Pack{}
	number := 0
	for line := range strings.Lines(file) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if name, ok := strings.CutPrefix(line, "["); ok {
			pack = Pack{Name: strings.TrimSuffix(name, "]")}
			if _, twice := packs[pack.Name]; twice {
				return nil, fmt.Errorf("line %d: [%s] is there twice", number, pack.Name)
			}
		} else if err := pack.read(line); err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		packs[pack.Name] = pack
	}
	for _, name := range []string{"reply", "service", "other"} {
		if _, ok := packs[name]; !ok {
			return nil, fmt.Errorf("[%s] is missing", name)
		}
	}
	return packs, nil
}

// read takes in one line of a pack.
func (p *Pack) read(line string) (err error) {
	word, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	switch word {
	case "source":
		p.Sources = append(p.Sources, rest)
	case "checked":
		p.Checked = rest
	case "hours":
		err = p.readHours(rest)
	case "closed":
		var h Holiday
		h, err = parseHoliday(rest)
		p.Closed = append(p.Closed, h)
	case "per_day":
		p.PerDay, err = strconv.Atoi(rest)
	case "double_opt_in":
		p.DoubleOptIn = true
	case "write_first":
		p.WriteFirst = true
	case "carries":
		err = p.readCarries(rest)
	case "needs":
		p.Needs = append(p.Needs, rest)
	case "unfit":
		p.Unfit = append(p.Unfit, strings.Fields(rest)...)
	default:
		err = fmt.Errorf("%q is no setting of a pack", word)
	}
	return err
}

func (p *Pack) readCarries(words string) error {
	for word := range strings.FieldsSeq(words) {
		switch word {
		case "name":
			p.Carries.Name = true
		case "contact":
			p.Carries.Contact = true
		case "out":
			p.Carries.Out = true
		default:
			return fmt.Errorf("%q is nothing that a text carries", word)
		}
	}
	return nil
}

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// readHours reads "mon-fri 09:00-21:30" or "sat 08:00-15:00".
func (p *Pack) readHours(s string) error {
	days, hours, _ := strings.Cut(s, " ")
	first, last, isRange := strings.Cut(days, "-")
	if !isRange {
		last = first
	}
	day, end := slices.Index(weekdays, first), slices.Index(weekdays, last)
	if day < 0 || end < 0 {
		return fmt.Errorf("%q is no day or range of days", days)
	}
	window, err := parseWindow(hours)
	if err != nil {
		return err
	}
	for ; ; day = (day + 1) % len(p.Days) {
		p.Days[day] = window
		if day == end {
			return nil
		}
	}
}

// parseWindow reads "09:00-21:30".
func parseWindow(s string) (Window, error) {
	var from, fromMinute, until, untilMinute int
	if _, err := fmt.Sscanf(s, "%02d:%02d-%02d:%02d", &from, &fromMinute, &until, &untilMinute); err != nil {
		return Window{}, fmt.Errorf("%q is no window like 09:00-21:00", s)
	}
	w := Window{From: from*60 + fromMinute, Until: until*60 + untilMinute}
	if w.From < 0 || w.From >= w.Until || w.Until > dayMinutes || fromMinute > 59 || untilMinute > 59 {
		return Window{}, fmt.Errorf("%q does not begin before it ends", s)
	}
	return w, nil
}
