package twilio

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"net"
	"net/url"
	"slices"
	"strings"
)

// Sign returns the X-Twilio-Signature of a form posted to address: base64 of the HMAC-SHA1, keyed with the account's token,
// over the address as configured at Twilio, query included, followed by every field in order of its name, name and value with
// nothing between. Source: https://www.twilio.com/docs/usage/webhooks/webhooks-security
func Sign(token, address string, form url.Values) string {
	signed := hmac.New(sha1.New, []byte(token))
	signed.Write([]byte(address))
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range form[name] {
			signed.Write([]byte(name))
			signed.Write([]byte(value))
		}
	}
	return base64.StdEncoding.EncodeToString(signed.Sum(nil))
}

// SignJSON returns the address with the body's bodySHA256 in its query, and the signature of a JSON body posted there. Such a
// signature covers the address alone, and the address the body.
func SignJSON(token, address string, body []byte) (signedAddress, signature string) {
	separator := "?"
	if strings.Contains(address, "?") {
		separator = "&"
	}
	sum := sha256.Sum256(body)
	signedAddress = address + separator + "bodySHA256=" + hex.EncodeToString(sum[:])
	return signedAddress, Sign(token, signedAddress, nil)
}

// Verify reports whether signature is that of form posted to base + uri. The base is the configured public one, never the Host
// header, which its sender chooses; the uri is the raw one of the request line, for a decoded and encoded again one may differ.
// Twilio is not consistent about the port in what it signs, so the base counts with and without it. An empty token or signature
// is never right.
func Verify(token, base, uri, signature string, form url.Values) bool {
	if token == "" || signature == "" || !strings.HasPrefix(uri, "/") {
		return false
	}
	right := 0
	for _, b := range spellings(base) {
		right |= subtle.ConstantTimeCompare([]byte(Sign(token, b+uri, form)), []byte(signature))
	}
	return right == 1
}

// VerifyJSON reports whether signature is that of a JSON body posted to base + uri, whose query must carry the body's bodySHA256.
func VerifyJSON(token, base, uri, signature string, body []byte) bool {
	_, query, _ := strings.Cut(uri, "?")
	fields, err := url.ParseQuery(query)
	if err != nil || len(fields["bodySHA256"]) != 1 {
		return false
	}
	sum := sha256.Sum256(body)
	right := subtle.ConstantTimeCompare([]byte(hex.EncodeToString(sum[:])), []byte(fields["bodySHA256"][0]))
	return Verify(token, base, uri, signature, nil) && right == 1
}

// spellings returns base as it is, without a port and with the port its scheme implies.
func spellings(base string) []string {
	base = strings.TrimRight(base, "/")
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		return []string{base}
	}
	bare, ported := *u, *u
	bare.Host = u.Hostname()
	if strings.Contains(bare.Host, ":") {
		bare.Host = "[" + bare.Host + "]"
	}
	if u.Port() == "" {
		ported.Host = net.JoinHostPort(u.Hostname(), impliedPort(u.Scheme))
	}
	return []string{base, bare.String(), ported.String()}
}

func impliedPort(scheme string) string {
	if scheme == "http" {
		return "80"
	}
	return "443"
}
