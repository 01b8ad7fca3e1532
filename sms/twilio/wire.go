package twilio

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"
)

// A request that Twilio cannot have seen may be sent again, any other may not: creating a message takes no idempotency key. So
// what matters is whether a byte of the request was written. httptrace cannot say that: WroteHeaders means written to a buffer,
// and nothing tells what of the buffer has left. Therefore every connection counts what the operating system takes, and a request
// that has failed shuts its gate: from then on nothing of it can leave. Only a gate that shuts on nothing written is proof.

// gate stands between one request and the connections it is tried on.
type gate struct {
	mu      sync.Mutex
	writing int   // writes under way
	written int64 // bytes the operating system took
	blind   bool  // the request got a connection that does not count
	shut    bool
}

var errShut = errors.New("twilio: the request was given up before it was written")

func (g *gate) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut {
		return false
	}
	g.writing++
	return true
}

func (g *gate) leave(n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.writing--
	g.written += int64(n)
}

// close shuts the gate and reports whether nothing has passed, so that nothing ever will.
func (g *gate) close() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = true
	return g.writing == 0 && g.written == 0 && !g.blind
}

// traced returns a context whose request passes through the gate. net/http tells of a connection before it writes to it, and again
// when it tries the request on another one, which it does by itself only if nothing was written on the first.
func (g *gate) traced(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) {
			if c := counting(info.Conn); c != nil {
				c.gate.Store(g)
				return
			}
			g.mu.Lock()
			g.blind = true
			g.mu.Unlock()
		},
	})
}

// countingConn tells the gate of the request it serves about every write. Before the first request, during the TLS handshake, it
// has none.
type countingConn struct {
	net.Conn
	gate atomic.Pointer[gate]
}

func (c *countingConn) Write(p []byte) (int, error) {
	g := c.gate.Load()
	if g == nil {
		return c.Conn.Write(p)
	}
	if !g.enter() {
		return 0, errShut
	}
	n, err := c.Conn.Write(p)
	g.leave(n)
	return n, err
}

// counting finds the countingConn under layers of TLS; nil when there is none.
func counting(conn net.Conn) *countingConn {
	for {
		switch c := conn.(type) {
		case *countingConn:
			return c
		case *tls.Conn:
			conn = c.NetConn()
		default:
			return nil
		}
	}
}

// wire returns a transport that keeps connections alive, never compresses and counts: base with the dialer wrapped, or our own
// without one. HTTP/2 is off, for there requests share a connection and its bytes.
func wire(base *http.Transport) *http.Transport {
	t := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		MaxIdleConns:        128,
		MaxIdleConnsPerHost: 64,
		IdleConnTimeout:     20 * time.Second, // well before a server's own: a text written while it closes is unknown
		TLSHandshakeTimeout: 5 * time.Second,
	}
	if base != nil {
		t = base.Clone()
	}
	dial := t.DialContext
	if dial == nil {
		dial = (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext
	}
	t.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &countingConn{Conn: conn}, nil
	}
	t.DisableCompression = true
	onlyHTTP1(t)
	return t
}

// onlyHTTP1 switches HTTP/2 off, also where a transport that was used before has it set up already.
func onlyHTTP1(t *http.Transport) {
	t.ForceAttemptHTTP2 = false
	t.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{}
	t.Protocols = new(http.Protocols)
	t.Protocols.SetHTTP1(true)
	if t.TLSClientConfig != nil {
		t.TLSClientConfig.NextProtos = []string{"http/1.1"} // Clone has copied it
	}
}
