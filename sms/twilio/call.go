package twilio

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/twilio/twilio-go/client"
	openapi "github.com/twilio/twilio-go/rest/api/v2010"
)

// maxAnswer is the most that is read of an answer; a page of 100 texts of 1,600 letters is below 1 MB.
const maxAnswer = 4 << 20

// call is one request to Twilio, below twilio-go's generated API: a client.BaseClient. The library's own client is not used,
// because it takes no context, hides status and headers of a refusal, and asks a second time by itself when it cannot read
// one. http.Client is not used either: it would follow a redirect with the POST.
type call struct {
	client.BaseClient // never called but for SendRequest: nil
	*Client
	ctx    context.Context
	gate   gate
	answer *answer // nil while there is none
}

// answer is what came back, as far as it was read.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// api returns the generated API over this call. Edge and region are left out, so the environment has no say.
func (c *call) api() *openapi.ApiService {
	return openapi.NewApiService(&client.RequestHandler{Client: c})
}

// SendRequest makes the request, once. It returns an error for every answer but a whole 2xx.
func (c *call) SendRequest(method, rawURL string, data url.Values, _ map[string]any, _ ...byte) (*http.Response, error) {
	request, err := c.request(method, rawURL, data)
	if err != nil {
		return nil, err
	}
	response, err := c.transport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	c.answer = &answer{status: response.StatusCode, header: response.Header}
	c.answer.body, err = io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("the answer was cut: %w", err)
	}
	if response.StatusCode/100 != 2 {
		return nil, fmt.Errorf("HTTP %d", response.StatusCode)
	}
	response.Body = io.NopCloser(bytes.NewReader(c.answer.body))
	return response, nil
}

// request builds what is sent: the library's path at the configured host, its fields as a form or a query. It never carries an
// Idempotency-Key, with which net/http would repeat a POST by itself.
func (c *call) request(method, rawURL string, data url.Values) (*http.Request, error) {
	target, err := url.Parse(rawURL)
	if err != nil {
		return nil, err
	}
	target.Scheme, target.Host = c.base.Scheme, c.base.Host
	target.Path, target.RawPath = c.base.Path+target.Path, ""
	form := ""
	if method == http.MethodGet {
		target.RawQuery = data.Encode()
	} else {
		form = data.Encode()
	}
	request, err := http.NewRequestWithContext(c.gate.traced(c.ctx), method, target.String(), strings.NewReader(form))
	if err != nil {
		return nil, err
	}
	if form != "" {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "Fiel")
	request.SetBasicAuth(c.config.AccountSID, c.config.Token)
	return request, nil
}

// unwritten reports whether it is proven that nothing of the request left or ever will.
func (c *call) unwritten() bool { return c.answer == nil && c.gate.close() && c.counts }

// code is the Twilio error code in the answer, 0 when it has none. Twilio's have five digits; a proxy may speak JSON too.
func (a *answer) code() int64 {
	var refusal client.TwilioRestError
	if json.Unmarshal(a.body, &refusal) != nil || refusal.Code < 10000 || refusal.Code > 99999 {
		return 0
	}
	return int64(refusal.Code)
}

// wait is how long the answer asks to wait, in whole seconds or until a date, at most an hour; 0 when it does not say. A date counts
// from the answer's own date, whatever our clock says.
func (a *answer) wait() time.Duration {
	raw := a.header.Get("Retry-After")
	if seconds, err := strconv.Atoi(raw); err == nil {
		return time.Duration(min(max(seconds, 0), 3600)) * time.Second
	}
	until, err := http.ParseTime(raw)
	from, err2 := http.ParseTime(a.header.Get("Date"))
	if err != nil || err2 != nil {
		return 0
	}
	return min(max(until.Sub(from), 0), time.Hour)
}
