package twilio

import (
	"net/url"
	"strings"
	"testing"

	"github.com/twilio/twilio-go/client"
	"pgregory.net/rapid"
)

// The vectors are those of Twilio's own library, twilio-go client/request_validator_test.go.
var published = url.Values{
	"Digits": {"1234"}, "CallSid": {"CA1234567890ABCDE"}, "To": {"+18005551212"}, "Caller": {"+14158675309"},
	"From": {"+14158675309"}, "ReasonConferenceEnded": {"test"}, "Reason": {"Participant"},
}

const (
	publishedBase = "https://mycompany.com"
	publishedURI  = "/myapp.php?foo=1&bar=2"
	publishedJSON = `{"property": "value", "boolean": true}`
	publishedHash = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
)

func TestSignAsTwilioDoes(t *testing.T) {
	if got := Sign("12345", publishedBase+publishedURI, published); got != "vOEb5UThFn24KEfnOFLQY2AE5FY=" {
		t.Errorf("form: %s", got)
	}
	address, got := SignJSON("12345", publishedBase+publishedURI, []byte(publishedJSON))
	if address != publishedBase+publishedURI+"&bodySHA256="+publishedHash || got != "a9nBmqA0ju/hNViExpshrM61xv4=" {
		t.Errorf("JSON: %s %s", address, got)
	}
	address, got = SignJSON("12345", publishedBase+"/myapp.php", []byte(publishedJSON))
	if !strings.HasSuffix(address, "/myapp.php?bodySHA256="+publishedHash) || got != "y77kIzt2vzLz71DgmJGsen2scGs=" {
		t.Errorf("JSON without a query: %s %s", address, got)
	}
}

func TestVerifyKnowsEverySpellingOfThePort(t *testing.T) {
	cases := []struct {
		signed, configured string
		want               bool
	}{
		{"https://shop.example", "https://shop.example", true},
		{"https://shop.example", "https://shop.example/", true},
		{"https://shop.example:443", "https://shop.example", true},
		{"https://shop.example", "https://shop.example:443", true},
		{"https://shop.example", "https://shop.example:8443", true},
		{"http://shop.example:80", "http://shop.example", true},
		{"http://shop.example", "http://shop.example:80", true},
		{"https://shop.example/fiel", "https://shop.example/fiel/", true},
		{"https://[2001:db8::1]", "https://[2001:db8::1]:443", true},
		{"https://[2001:db8::1]:443", "https://[2001:db8::1]", true},
		{"https://shop.example:8443", "https://shop.example", false},
		{"http://shop.example", "https://shop.example", false},
		{"https://evil.example", "https://shop.example", false},
		{"https://shop.example:80", "https://shop.example", false},
		{"https://shop.example", "://", false},
	}
	for _, c := range cases {
		signature := Sign("t0ken", c.signed+publishedURI, published)
		if got := Verify("t0ken", c.configured, publishedURI, signature, published); got != c.want {
			t.Errorf("signed for %s, configured %s: %v", c.signed, c.configured, got)
		}
	}
}

func TestVerifyFailsClosed(t *testing.T) {
	good := Sign("t0ken", publishedBase+publishedURI, published)
	cases := map[string]struct{ token, uri, signature string }{
		"no token":                  {"", publishedURI, Sign("", publishedBase+publishedURI, published)},
		"no signature":              {"t0ken", publishedURI, ""},
		"another token":             {"token", publishedURI, good},
		"another query":             {"t0ken", "/myapp.php?foo=1&bar=3", good},
		"query in another order":    {"t0ken", "/myapp.php?bar=2&foo=1", good},
		"encoded again":             {"t0ken", "/myapp%2Ephp?foo=1&bar=2", good},
		"absolute request line":     {"t0ken", publishedBase + publishedURI, good},
		"signature with a blank":    {"t0ken", publishedURI, good + " "},
		"signature of two":          {"t0ken", publishedURI, good + "," + good},
		"signature without padding": {"t0ken", publishedURI, strings.TrimRight(good, "=")},
		"signature in lower case":   {"t0ken", publishedURI, strings.ToLower(good)},
	}
	for name, c := range cases {
		if Verify(c.token, publishedBase, c.uri, c.signature, published) {
			t.Errorf("%s: verified", name)
		}
	}
}

func TestVerifyJSON(t *testing.T) {
	address, signature := SignJSON("t0ken", publishedBase+publishedURI, []byte(publishedJSON))
	uri := strings.TrimPrefix(address, publishedBase)
	if !VerifyJSON("t0ken", publishedBase, uri, signature, []byte(publishedJSON)) {
		t.Error("the right body is refused")
	}
	if VerifyJSON("t0ken", publishedBase, uri, signature, []byte(publishedJSON+" ")) {
		t.Error("another body is taken")
	}
	plain := Sign("t0ken", publishedBase+publishedURI, nil)
	if VerifyJSON("t0ken", publishedBase, publishedURI, plain, []byte(publishedJSON)) {
		t.Error("a body without its hash is taken")
	}
	twice := uri + "&bodySHA256=" + publishedHash
	if VerifyJSON("t0ken", publishedBase, twice, Sign("t0ken", publishedBase+twice, nil), []byte(publishedJSON)) {
		t.Error("two hashes are taken")
	}
}

// Twilio's own validator is the oracle: what Sign signs, it takes.
func TestTwilioTakesWhatWeSign(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		form := url.Values{}
		for name, value := range rapid.MapOf(rapid.StringMatching(`[A-Za-z]{1,12}`), rapid.String()).Draw(t, "form") {
			form.Set(name, value)
		}
		token := rapid.StringMatching(`[0-9a-f]{32}`).Draw(t, "token")
		uri := "/" + url.PathEscape(rapid.String().Draw(t, "path")) + "?m=" + url.QueryEscape(rapid.String().Draw(t, "m"))
		signature := Sign(token, publishedBase+uri, form)
		validator := client.NewRequestValidator(token)
		if !validator.ValidateBody(publishedBase+uri, []byte(form.Encode()), signature) {
			t.Fatalf("Twilio refuses %s for %s %v", signature, uri, form)
		}
		if !Verify(token, publishedBase, uri, signature, form) {
			t.Fatalf("we refuse %s for %s %v", signature, uri, form)
		}
	})
}
