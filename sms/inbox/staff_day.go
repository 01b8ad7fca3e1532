package inbox

// What a day of an owner's order may be beside a day of the week (0 is Sunday).
const (
	dayToday    = 7
	dayTomorrow = 8
)

// day notes what a day is called.
func (l *loader) day(ln line) error {
	names := map[string]int{"0": 0, "1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "6": 6, "today": dayToday, "tomorrow": dayTomorrow}
	n, ok := names[ln.of]
	if !ok {
		return ln.errorf("a day is 0 to 6, today or tomorrow, not %q", ln.of)
	}
	return put(l.book.days, ln, n)
}
