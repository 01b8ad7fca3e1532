package campaigns

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"

	"fiel/sms"
)

// LanguageParts is how many parts the texts in one language take.
type LanguageParts struct {
	Language string          `json:"language"`
	Texts    int64           `json:"texts"`
	Parts    map[int64]int64 `json:"parts"` // how many texts take one part, two parts, ...
}

// Letter is one outside GSM-7, with what it is spelt there.
type Letter struct {
	Letter string `json:"letter"`
	Spelt  string `json:"spelt"` // '' when it has no such spelling
	Texts  int64  `json:"texts"`
}

// Spelling is what a language's words would save if they were spelt in GSM-7.
type Spelling struct {
	Language string       `json:"language"`
	Words    []Respelling `json:"words"`
	Letters  []string     `json:"letters"`
	From     int64        `json:"from"`  // parts of most of the texts as they are,
	To       int64        `json:"to"`    // and spelt so
	Texts    int64        `json:"texts"` // that would take fewer parts
	Saved    int64        `json:"saved"` // parts of them all
	Price    int64        `json:"price"` // of these parts, as far as it is known
}

// Respelling is a word and its spelling in GSM-7.
type Respelling struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// TooLong is how much shorter a language's words would have to be for a part less.
type TooLong struct {
	Language string `json:"language"`
	Letters  int    `json:"letters"` // that are too many
	Texts    int64  `json:"texts"`   // that would take a part less then
	Price    int64  `json:"price"`   // of these parts, as far as it is known
}

// wordsCost is what the words of one language cost more than they would have to.
type wordsCost struct {
	Spelling
	steps map[[2]int64]int64 // texts by their parts as they are and spelt in GSM-7
	over  map[int]*TooLong   // by how many letters are too many
}

// Bounds of what is told: letters of a text that is written in another alphabet, and words that are a little too long.
const (
	fewLetters = 8
	fewTooMany = 20
)

func (v *survey) addLetters(r *planned, c *CountryPrice) {
	l := v.languages[r.Language]
	if l == nil {
		l = &LanguageParts{Language: r.Language, Parts: map[int64]int64{}}
		v.languages[r.Language] = l
		v.words[r.Language] = &wordsCost{Spelling: Spelling{Language: r.Language}, steps: map[[2]int64]int64{}, over: map[int]*TooLong{}}
	}
	l.Texts++
	l.Parts[r.Parts]++
	p := sms.Count(r.Body)
	if p.Encoding == sms.GSM7 && sms.Count(r.Member.Name).Encoding != sms.GSM7 && v.pl.scripts[scriptKey{r.candidate.Language, r.Wording}].plain {
		v.f.Respelt++
	}
	if len(p.Forcing) <= fewLetters {
		for _, letter := range p.Forcing {
			v.letters[letter]++
		}
	}
	w := v.words[r.Language]
	if p.Saved > 0 {
		w.Texts++
		w.Saved += int64(p.Saved)
		w.Price += int64(p.Saved) * c.Millionths
		w.steps[[2]int64{r.Parts, r.Parts - int64(p.Saved)}]++
	} else if over := p.Over(); over > 0 && over <= fewTooMany {
		if w.over[over] == nil {
			w.over[over] = &TooLong{Language: r.Language, Letters: over}
		}
		w.over[over].Texts++
		w.over[over].Price += c.Millionths
	}
}

// spellings tells which letters cost, and what cheaper words would save.
func (v *survey) spellings(f *Preflight) {
	for letter, texts := range v.letters {
		l := Letter{Letter: string(letter), Texts: texts}
		if plain := sms.Plain(l.Letter); plain != l.Letter {
			l.Spelt = plain
		}
		f.Letters = append(f.Letters, l)
	}
	slices.SortFunc(f.Letters, func(a, b Letter) int { return cmp.Or(cmp.Compare(b.Texts, a.Texts), cmp.Compare(a.Letter, b.Letter)) })
	f.Letters = f.Letters[:min(len(f.Letters), fewLetters)]
	for _, language := range slices.Sorted(maps.Keys(v.words)) {
		w := v.words[language]
		if w.Saved > 0 {
			s := w.Spelling
			s.Words, s.Letters = v.cheaper(language)
			s.From, s.To = w.common()
			f.Spellings = append(f.Spellings, s)
		}
		if t, ok := w.tooLong(); ok {
			f.TooLong = append(f.TooLong, t)
		}
	}
}

// common is the step of most texts: their parts as they are, and spelt in GSM-7.
func (w *wordsCost) common() (from, to int64) {
	most := int64(0)
	for step, n := range w.steps {
		if n > most || n == most && step[0] < from {
			from, to, most = step[0], step[1], n
		}
	}
	return from, to
}

// tooLong is the fewest letters with which nine in ten of the texts that are a little too long would take a part less.
func (w *wordsCost) tooLong() (t TooLong, ok bool) {
	all := int64(0)
	for _, o := range w.over {
		all += o.Texts
	}
	for _, letters := range slices.Sorted(maps.Keys(w.over)) {
		o := w.over[letters]
		t = TooLong{Language: o.Language, Letters: letters, Texts: t.Texts + o.Texts, Price: t.Price + o.Price}
		if t.Texts*10 >= all*9 {
			return t, true
		}
	}
	return t, false
}

// cheaper finds the words of a language, as its author wrote them, that are outside GSM-7, with their spelling in it.
func (v *survey) cheaper(language string) (words []Respelling, letters []string) {
	for _, key := range slices.SortedFunc(maps.Keys(v.pl.scripts), scriptKey.compare) {
		s := v.pl.scripts[key]
		if s.language != language {
			continue
		}
		for _, text := range s.bare() {
			for _, word := range strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsPunct(r) }) {
				p := sms.Count(word)
				w := Respelling{From: word, To: sms.Plain(word)}
				if p.Encoding == sms.GSM7 || w.From == w.To || slices.Contains(words, w) {
					continue
				}
				words = append(words, w)
				for _, l := range p.Forcing {
					if !slices.Contains(letters, string(l)) {
						letters = append(letters, string(l))
					}
				}
			}
		}
	}
	return words, letters
}
