package twilio

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"fiel/db"
	"fiel/sms"

	openapi "github.com/twilio/twilio-go/rest/api/v2010"
)

// Timeout is how long one request to Twilio may take, connecting and reading included, unless [Config] says otherwise.
const Timeout = 15 * time.Second

// DefaultBaseURL is Twilio's API in region US1.
const DefaultBaseURL = "https://api.twilio.com"

// Config is one account and one address to send from.
type Config struct {
	AccountSID string // AC and 32 hexadecimal digits
	Token      string // the account's auth token: letters and digits
	From       string // a number in E.164, a short code or a sender name; or
	ServiceSID string // a messaging service, MG and 32 hexadecimal digits: one of the two
	BaseURL    string // of the API, '' is DefaultBaseURL; the environment's TWILIO_EDGE and TWILIO_REGION do not change it
	// AccountsURL is the host of Twilio's account services, consent among them; '' is DefaultAccountsURL with an API of Twilio's own, else
	// BaseURL itself: a fake is both.
	AccountsURL string
	PublicURL   string // our own public address, as the webhooks' Base: status callbacks come to StatusPath below it
	// Transport carries the requests; nil is our own, made for one Twilio account. Of another *http.Transport a copy is used, with its
	// dialer wrapped. With any other RoundTripper no failure counts as proof that nothing was sent.
	Transport http.RoundTripper
	Timeout   time.Duration // 0 is Timeout
}

// Client sends and lists the texts of one [Config]. It is safe for concurrent use.
type Client struct {
	config    Config
	base      *url.URL
	accounts  *url.URL // of the consent list
	transport http.RoundTripper
	counts    bool // the transport's connections tell what was written
}

var _ sms.Provider = (*Client)(nil)

var (
	tokenShape = regexp.MustCompile(`^[A-Za-z0-9]+$`)
	fromShape  = regexp.MustCompile(`^(\+[1-9][0-9]{6,14}|[0-9]{3,8}|[0-9]{0,5}[A-Za-z][A-Za-z0-9 +&_-]{0,10})$`)
)

// New checks the config, without asking Twilio, and returns its client. The error is db.Invalid with a sentence that says which
// setting to mend.
func New(config Config) (*Client, error) {
	if config.BaseURL == "" {
		config.BaseURL = DefaultBaseURL
	}
	if config.Timeout == 0 {
		config.Timeout = Timeout
	}
	if err := config.check(); err != nil {
		return nil, err
	}
	base, err := address("The address of Twilio's API", config.BaseURL)
	if err != nil {
		return nil, err
	}
	accounts, err := address("The address of Twilio's accounts", config.accountsURL(base))
	if err != nil {
		return nil, err
	}
	if _, err := address("The public address", config.PublicURL); err != nil {
		return nil, err
	}
	c := &Client{config: config, base: base, accounts: accounts, transport: config.Transport}
	if t, ok := config.Transport.(*http.Transport); ok || config.Transport == nil {
		c.transport, c.counts = wire(t), true
	}
	return c, nil
}

func (c Config) check() error {
	switch {
	case !accountShape.MatchString(c.AccountSID):
		return db.Errorf(db.Invalid, "The Twilio account SID must be AC and 32 digits or letters a to f, as in the console.")
	case !tokenShape.MatchString(c.Token):
		return db.Errorf(db.Invalid, "The Twilio auth token must be letters and digits only: copy it again from the console.")
	case (c.From == "") == (c.ServiceSID == ""):
		return db.Errorf(db.Invalid, "Set either a number to send from or a messaging service SID, not both.")
	case c.From != "" && !fromShape.MatchString(c.From):
		return db.Errorf(db.Invalid, "The number to send from must look like +525512345678, a short code or a name of up to 11 letters.")
	case c.ServiceSID != "" && !serviceShape.MatchString(c.ServiceSID):
		return db.Errorf(db.Invalid, "The messaging service SID must be MG and 32 digits or letters a to f.")
	case c.Timeout < 0:
		return db.Errorf(db.Invalid, "The time limit of a request to Twilio cannot be negative.")
	}
	return nil
}

// address reads a base address: a scheme, a host and at most a path.
func address(what, raw string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimRight(raw, "/"))
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http"):
		return nil, db.Errorf(db.Invalid, "%s must look like https://example.com.", what)
	case u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		return nil, db.Errorf(db.Invalid, "%s must have no query, fragment or password.", what)
	case u.Scheme == "http" && strings.HasSuffix(u.Hostname(), "twilio.com"):
		return nil, db.Errorf(db.Invalid, "%s must begin with https, or the token would travel in the clear.", what)
	}
	return u, nil
}

// Close ends the connections that wait for another request. A later Send opens new ones.
func (c *Client) Close() {
	if t, ok := c.transport.(*http.Transport); ok {
		t.CloseIdleConnections()
	}
}

// Send posts one text once, within the timeout and the context, whichever ends first.
//
//   - Accepted: Twilio gave it a SID. Trouble is set when its first status is a failure already.
//   - NotSent: no byte of the request was written, or Twilio said 429, which it says before it looks at a request.
//   - Rejected: Twilio refused it with one of its codes.
//   - Unknown: anything else. Trouble.Text then says what was seen.
func (c *Client) Send(ctx context.Context, text sms.Outgoing) sms.Outcome {
	ctx, cancel := context.WithTimeout(ctx, c.config.Timeout)
	defer cancel()
	call := &call{Client: c, ctx: ctx}
	message, err := call.api().CreateMessage(c.params(text))
	return call.outcome(message, err)
}

func (c *Client) params(text sms.Outgoing) *openapi.CreateMessageParams {
	params := new(openapi.CreateMessageParams).
		SetPathAccountSid(c.config.AccountSID).
		SetTo(text.To).
		SetBody(text.Body).
		SetStatusCallback(callback(c.config.PublicURL, text.MessageID, text.Attempt)).
		SetSmartEncoded(false) // what was priced is what goes, and what the list is searched for
	if c.config.ServiceSID != "" {
		params.SetMessagingServiceSid(c.config.ServiceSID)
	} else {
		params.SetFrom(c.config.From)
	}
	if text.Validity > 0 {
		params.SetValidityPeriod(seconds(text.Validity))
	}
	return params
}

// seconds is a validity as Twilio takes it: whole seconds, rounded down, from 1 to 36,000.
func seconds(validity time.Duration) int {
	return int(min(max(validity/time.Second, 1), 36000))
}
