package main

import (
	"bufio"
	"bytes"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"reflect"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/alecthomas/kong"

	"fiel/db"
)

// Settings may be given by flag, by environment or in the file that FIEL_CONFIG names (fiel.conf in the working directory unless
// set); a flag wins over the environment, the environment over the file. The tag `setting` is the name in both.
type Settings struct {
	Database          string     `setting:"FIEL_DATABASE" default:"fiel.db" placeholder:"PATH|URL" help:"SQLite file, or postgres:// URL."`
	KeyFile           string     `setting:"FIEL_KEY_FILE" default:"fiel.key" placeholder:"PATH" help:"File with the key that seals secrets."`
	Listen            string     `setting:"FIEL_LISTEN" default:"127.0.0.1:8080" placeholder:"ADDR" help:"Address to serve on."`
	MetricsListen     string     `setting:"FIEL_METRICS_LISTEN" default:"127.0.0.1:9464" placeholder:"ADDR" help:"Address for /metrics, off when empty."`
	PublicURL         string     `setting:"FIEL_PUBLIC_URL" placeholder:"URL" help:"How the world reaches this server, such as https://fiel.example."`
	TwilioAccountSID  string     `setting:"FIEL_TWILIO_ACCOUNT_SID" placeholder:"AC…" help:"Twilio account."`
	TwilioAuthToken   string     `setting:"FIEL_TWILIO_AUTH_TOKEN" placeholder:"TOKEN" help:"Its auth token; better in the environment than in a flag."`
	TwilioFrom        string     `setting:"FIEL_TWILIO_FROM" placeholder:"+…" help:"Number to send from."`
	TwilioServiceSID  string     `setting:"FIEL_TWILIO_SERVICE_SID" placeholder:"MG…" help:"Messaging service to send through, instead of a number."`
	TwilioBaseURL     string     `setting:"FIEL_TWILIO_BASE_URL" default:"https://api.twilio.com" placeholder:"URL" help:"Where Twilio's REST service is."`
	TwilioAccountsURL string     `setting:"FIEL_TWILIO_ACCOUNTS_URL" placeholder:"URL" help:"Where Twilio's consent list is; https://accounts.twilio.com unless the REST service is elsewhere."`
	TwilioReplyVia    string     `setting:"FIEL_TWILIO_REPLY_VIA" default:"twiml" enum:"twiml,rest" help:"Answer in the webhook, or by a text of its own, which regions other than US1 need."`
	TwilioPace        int64      `setting:"FIEL_TWILIO_PACE" default:"1" placeholder:"N" help:"Parts a second the number may send: 1 for a US long code, 10 for a Mexican mobile, 0 is no limit."`
	LogLevel          slog.Level `setting:"FIEL_LOG_LEVEL" default:"info" placeholder:"LEVEL" help:"debug, info, warn or error."`
	TrustedProxies    string     `setting:"FIEL_TRUSTED_PROXIES" placeholder:"CIDR,…" help:"Proxies whose X-Forwarded-For counts."`
}

const configSetting = "FIEL_CONFIG"

// settingNames maps the name of each setting to the flag kong made of its field.
func settingNames() map[string]bool {
	names := map[string]bool{configSetting: true}
	for f := range reflect.TypeFor[Settings]().Fields() {
		names[f.Tag.Get("setting")] = true
	}
	return names
}

// settingsResolver gives kong the values for flags that were not given, environment before file. A name nobody knows is refused:
// a misspelt setting that is silently ignored is found in production.
func settingsResolver(environ []string) (kong.Resolver, error) {
	env, err := envSettings(environ)
	if err != nil {
		return nil, err
	}
	file, err := fileSettings(env[configSetting])
	if err != nil {
		return nil, err
	}
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		name := flag.Tag.Get("setting")
		if name == "" {
			return nil, nil //nolint:nilnil // kong's way to say "not mine"
		}
		if v, ok := env[name]; ok {
			return v, nil
		}
		if v, ok := file[name]; ok {
			return v, nil
		}
		return nil, nil //nolint:nilnil // as above
	}), nil
}

func envSettings(environ []string) (map[string]string, error) {
	known, got := settingNames(), map[string]string{}
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, "FIEL_") {
			continue
		}
		if !known[name] {
			return nil, unknownSetting(name, "the environment", known)
		}
		got[name] = value
	}
	return got, nil
}

// fileSettings reads lines NAME=value; # starts a comment. Without a path it reads fiel.conf if there is one.
func fileSettings(path string) (map[string]string, error) {
	named := path != ""
	if !named {
		path = "fiel.conf"
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && !named {
		return map[string]string{}, nil
	}
	if err != nil {
		return nil, db.Errorf(db.Invalid, "the settings file %s cannot be read: %w", path, err)
	}
	return parseSettings(path, text)
}

func parseSettings(path string, text []byte) (map[string]string, error) {
	known, got := settingNames(), map[string]string{}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		name = strings.TrimSpace(name)
		if !ok {
			return nil, db.Errorf(db.Invalid, "%s line %d: write NAME=value", path, n)
		}
		if !known[name] || name == configSetting {
			return nil, unknownSetting(name, path, known)
		}
		if _, twice := got[name]; twice {
			return nil, db.Errorf(db.Invalid, "%s line %d: %s stands twice", path, n, name)
		}
		got[name] = strings.Trim(strings.TrimSpace(value), `"`)
	}
	return got, lines.Err()
}

func unknownSetting(name, where string, known map[string]bool) error {
	near, best := "", 5
	for _, k := range sortedNames(known) {
		if d := levenshtein.ComputeDistance(name, k); d < best {
			near, best = k, d
		}
	}
	if near != "" {
		return db.Errorf(db.Invalid, "%s in %s is no setting of Fiel; did you mean %s?", name, where, near)
	}
	return db.Errorf(db.Invalid, "%s in %s is no setting of Fiel; `fiel serve --help` lists them", name, where)
}
