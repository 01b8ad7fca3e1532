package templates

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// book is all the files of this folder, read.
type book struct {
	fields     map[string]field
	words      []string          // fields of a shop's words
	names      map[string]string // of those fields in all languages, folded
	keys       []textKey
	currencies map[string]currency
	languages  map[string]*language
}

// load reads and checks everything. An error names the file, and the line or the key.
func load(files fs.FS) (*book, error) {
	b := &book{fields: map[string]field{}, names: map[string]string{}, currencies: map[string]currency{}, languages: map[string]*language{}}
	if err := b.loadFields(files); err != nil {
		return nil, err
	}
	err := eachLine(files, "currencies.txt", func(line string) error {
		code, c, err := parseCurrency(line)
		b.currencies[code] = c
		return err
	})
	if err != nil {
		return nil, err
	}
	folders, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, err
	}
	for _, folder := range folders {
		if folder.IsDir() {
			if err := b.loadLanguage(files, folder.Name()); err != nil {
				return nil, err
			}
		}
	}
	return b, nil
}

// loadFields reads fields.txt: the fields, those of shops' words, and a section per file of texts.
func (b *book) loadFields(files fs.FS) error {
	section := ""
	return eachLine(files, "fields.txt", func(line string) error {
		if name, ok := strings.CutPrefix(line, "["); ok {
			section = strings.TrimSuffix(name, "]")
			return nil
		}
		switch section {
		case "":
			return fmt.Errorf("%q stands before the first section", line)
		case "fields":
			name, rest, _ := strings.Cut(line, " ")
			f, err := parseField(rest)
			b.fields[name] = f
			return err
		case "words":
			b.words = strings.Fields(line)
			return nil
		}
		k, err := b.parseKey(section, line)
		if slices.ContainsFunc(b.keys, func(other textKey) bool { return other.name == k.name }) {
			return fmt.Errorf("%s is there twice", k.name)
		}
		b.keys = append(b.keys, k)
		return err
	})
}

// loadLanguage reads one folder.
func (b *book) loadLanguage(files fs.FS, code string) error {
	l := &language{code: code, patterns: map[string][]piece{}, names: map[string]string{}, texts: map[string][]piece{}}
	if err := eachLine(files, code+"/language.txt", l.set); err != nil {
		return err
	}
	err := l.whole()
	if err == nil {
		err = b.addNames(l)
	}
	if err != nil {
		return fmt.Errorf("%s/language.txt: %w", code, err)
	}
	entries, err := fs.ReadDir(files, code)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		topic := strings.TrimSuffix(entry.Name(), ".txt")
		if topic == "language" {
			continue
		}
		err := eachLine(files, code+"/"+entry.Name(), func(line string) error { return b.addText(l, topic, line) })
		if err != nil {
			return err
		}
	}
	for _, k := range b.keys {
		if _, ok := l.texts[k.name]; !ok {
			return fmt.Errorf("%s/%s.txt: %s is missing", code, k.topic, k.name)
		}
	}
	b.languages[code] = l
	return nil
}

// addNames makes the names of a language known in shops' words. A name means the same in every language.
func (b *book) addNames(l *language) error {
	for _, field := range b.words {
		name := l.names[field]
		if name == "" {
			return fmt.Errorf("the field %s has no name", field)
		}
		if other, ok := b.names[foldName(name)]; ok && other != field {
			return fmt.Errorf("{%s} means %s in another language", name, other)
		}
		b.names[foldName(name)] = field
	}
	if len(l.names) != len(b.words) {
		return fmt.Errorf("it names fields that are not in [words] of fields.txt")
	}
	return nil
}

// addText takes in "joined = Hola ...".
func (b *book) addText(l *language, topic, line string) error {
	name, words, ok := strings.Cut(line, " = ")
	k := b.key(name)
	if !ok || k.topic != topic {
		return fmt.Errorf("%q is no text of [%s] in fields.txt", name, topic)
	}
	if _, twice := l.texts[name]; twice {
		return fmt.Errorf("%s is there twice", name)
	}
	pieces, err := b.own().parse(strings.TrimSpace(words))
	if err == nil {
		err = k.check(pieces)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	l.texts[name] = pieces
	return nil
}

// own is the grammar of our own texts: English names alone, and whatever looks odd is an error.
func (b *book) own() grammar {
	return grammar{strict: true, number: b.isNumber, names: func(name string) (string, error) {
		if _, ok := b.fields[name]; !ok {
			return "", fmt.Errorf("there is no field {%s}", name)
		}
		return name, nil
	}}
}

func (b *book) isNumber(field string) bool {
	kind := b.fields[field].kind
	return kind == number || kind == signed
}

// key is the zero textKey when there is none.
func (b *book) key(name string) textKey {
	for _, k := range b.keys {
		if k.name == name {
			return k
		}
	}
	return textKey{}
}

// eachLine hands over the lines of a file that are neither empty nor a comment, trimmed.
func eachLine(files fs.FS, name string, do func(line string) error) error {
	content, err := fs.ReadFile(files, name)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	number := 0
	for line := range strings.Lines(string(content)) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if err := do(line); err != nil {
			return fmt.Errorf("%s:%d: %w", name, number, err)
		}
	}
	return nil
}
