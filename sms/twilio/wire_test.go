package twilio

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fiel/sms"
)

// The tests in this file prove when "not sent" is said: only if Twilio cannot have seen the request. They use bare sockets, where a
// connection can be cut at any byte.

const created = `{"sid":"` + sid + `","status":"queued"}`

var greeting = sms.Outgoing{MessageID: 7, Attempt: "f00d", To: "+525587654321", Body: "Hola"}

func newTestClient(t *testing.T, base string, transport http.RoundTripper, timeout time.Duration) *Client {
	t.Helper()
	c, err := New(Config{
		AccountSID: account, Token: token, From: "+525550000000", BaseURL: base, PublicURL: public, Transport: transport, Timeout: timeout,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// socket is a server that hands every connection to the next script, and counts the requests that reached it whole or in part.
type socket struct {
	address string
	posts   atomic.Int32
}

// script serves one connection; next reads one whole request from it.
type script func(conn net.Conn, next func() bool)

func listen(t *testing.T, scripts ...script) *socket {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &socket{address: "http://" + listener.Addr().String()}
	var served sync.WaitGroup
	served.Go(func() {
		for _, script := range scripts {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			served.Go(func() {
				defer conn.Close()
				script(conn, s.reader(conn))
			})
		}
	})
	t.Cleanup(func() { _ = listener.Close(); served.Wait() })
	return s
}

func (s *socket) reader(conn net.Conn) func() bool {
	buffered := bufio.NewReader(conn)
	return func() bool {
		request, err := http.ReadRequest(buffered)
		if err != nil {
			return false
		}
		s.posts.Add(1)
		_, err = io.Copy(io.Discard, request.Body)
		return err == nil
	}
}

func accept(conn net.Conn) {
	_, _ = fmt.Fprintf(conn, "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(created), created)
}

func rst(conn net.Conn) { _ = conn.(*net.TCPConn).SetLinger(0) }

func TestKeepAliveServesManyTexts(t *testing.T) {
	s := listen(t, func(conn net.Conn, next func() bool) {
		for next() {
			accept(conn)
		}
	})
	c := newTestClient(t, s.address, nil, 0)
	for range 3 {
		if got := c.Send(context.Background(), greeting); got.Result != sms.Accepted || got.SID != sid || got.Rank != sms.RankQueued {
			t.Fatalf("%+v", got)
		}
	}
	if s.posts.Load() != 3 {
		t.Errorf("%d posts", s.posts.Load())
	}
}

// The classic case: a connection waits in the pool, the server closes it, and a request goes out on it at that moment. net/http repeats
// a request by itself only when nothing of it was written; a POST that was written stays one POST.
func TestReusedConnectionCut(t *testing.T) {
	readThenCut := func(conn net.Conn, next func() bool) {
		next()
		accept(conn)
		next() // the second text is read, and perhaps handled
	}
	readThenReset := func(conn net.Conn, next func() bool) {
		next()
		accept(conn)
		next()
		rst(conn)
	}
	cutWhenIdle := func(conn net.Conn, next func() bool) {
		next()
		accept(conn)
	}
	again := func(conn net.Conn, next func() bool) {
		if next() {
			accept(conn)
		}
	}
	cases := map[string]struct {
		first script
		want  sms.Result
		posts int32
	}{
		"after it was read":           {readThenCut, sms.Unknown, 2},
		"after it was read, by reset": {readThenReset, sms.Unknown, 2},
		"while it was idle":           {cutWhenIdle, sms.Accepted, 2}, // on a new connection
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := listen(t, c.first, again)
			client := newTestClient(t, s.address, nil, 0)
			if got := client.Send(context.Background(), greeting); got.Result != sms.Accepted {
				t.Fatalf("first: %+v", got)
			}
			if c.want == sms.Accepted {
				time.Sleep(200 * time.Millisecond) // let the end of the connection arrive
			}
			if got := client.Send(context.Background(), greeting); got.Result != c.want {
				t.Errorf("second: %+v", got)
			}
			if s.posts.Load() != c.posts {
				t.Errorf("%d posts reached the server, want %d", s.posts.Load(), c.posts)
			}
		})
	}
}

// Cut at the very moment of the write, hundreds of times: what is said of each text agrees with what the server saw of it.
func TestReusedConnectionCutAtAnyMoment(t *testing.T) {
	var handled sync.Map // how often, by the callback's address
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		times, _ := handled.LoadOrStore(r.PostFormValue("StatusCallback"), new(atomic.Int32))
		times.(*atomic.Int32).Add(1)
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, created)
	}))
	server.Config.IdleTimeout = time.Millisecond
	server.Start()
	defer server.Close()
	c := newTestClient(t, server.URL, nil, 0)
	results := map[int64]sms.Result{}
	for id := range int64(400) {
		text := greeting
		text.MessageID = id
		results[id] = c.Send(context.Background(), text).Result
		time.Sleep(800*time.Microsecond + time.Duration(id%8)*50*time.Microsecond)
	}
	server.Close() // waits for what is still being handled
	sums := map[sms.Result]int{}
	for id, result := range results {
		times := int32(0)
		if n, ok := handled.Load(callback(public, id, greeting.Attempt)); ok {
			times = n.(*atomic.Int32).Load()
		}
		sums[result]++
		if times > 1 || (result == sms.Accepted && times == 0) || (result == sms.NotSent && times > 0) {
			t.Errorf("text %d: %v, but handled %d times", id, result, times)
		}
	}
	t.Logf("accepted %d, not sent %d, unknown %d", sums[sms.Accepted], sums[sms.NotSent], sums[sms.Unknown])
}

// With connections that fail before the first byte of a request, on the very connection net/http has chosen.
func TestNothingWrittenIsNotSent(t *testing.T) {
	cases := map[string]struct {
		write func(net.Conn, []byte) (int, error)
		want  sms.Result
	}{
		"fails before a byte":         {func(net.Conn, []byte) (int, error) { return 0, net.ErrClosed }, sms.NotSent},
		"fails after one byte":        {func(c net.Conn, p []byte) (int, error) { n, _ := c.Write(p[:1]); return n, net.ErrClosed }, sms.Unknown},
		"fails before the last byte":  {func(c net.Conn, p []byte) (int, error) { n, _ := c.Write(p[:len(p)-1]); return n, net.ErrClosed }, sms.Unknown},
		"fails after all was written": {func(c net.Conn, p []byte) (int, error) { n, _ := c.Write(p); return n, net.ErrClosed }, sms.Unknown},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := listen(t, func(_ net.Conn, next func() bool) { next() })
			got := newTestClient(t, s.address, dialing(c.write), 0).Send(context.Background(), greeting)
			if got.Result != c.want || got.Trouble.Text == "" {
				t.Errorf("%+v", got)
			}
		})
	}
}

// dialing is a transport whose connections write as told.
func dialing(write func(net.Conn, []byte) (int, error)) *http.Transport {
	return &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		return writer{conn, write}, err
	}}
}

type writer struct {
	net.Conn
	write func(net.Conn, []byte) (int, error)
}

func (w writer) Write(p []byte) (int, error) { return w.write(w.Conn, p) }

// A deadline that passes around the first write: what counts is whether the write took anything. Once given up, a late one must
// not leave.
func TestDeadlineAroundTheFirstByte(t *testing.T) {
	const deadline, after = 30 * time.Millisecond, 60 * time.Millisecond
	cases := map[string]struct {
		write func(net.Conn, []byte) (int, error)
		want  sms.Result
	}{
		"just before": {func(c net.Conn, p []byte) (int, error) { time.Sleep(after); return c.Write(p) }, sms.NotSent}, // closed by then
		"just after":  {func(c net.Conn, p []byte) (int, error) { defer time.Sleep(after); return c.Write(p) }, sms.Unknown},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := listen(t, func(_ net.Conn, next func() bool) { next() })
			got := newTestClient(t, s.address, dialing(c.write), deadline).Send(context.Background(), greeting)
			if got.Result != c.want || (c.want == sms.NotSent) != (s.posts.Load() == 0) {
				t.Errorf("%+v, %d posts", got, s.posts.Load())
			}
		})
	}
	t.Run("before the write", func(t *testing.T) {
		g := &gate{}
		near, far := net.Pipe()
		defer near.Close()
		defer far.Close()
		conn := &countingConn{Conn: near}
		conn.gate.Store(g)
		if !g.close() {
			t.Fatal("nothing was written, and yet no proof")
		}
		if n, err := conn.Write([]byte("POST")); n != 0 || !errors.Is(err, errShut) {
			t.Errorf("%d bytes left after the request was given up: %v", n, err)
		}
	})
	t.Run("before it began", func(t *testing.T) {
		s := listen(t)
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if got := newTestClient(t, s.address, nil, 0).Send(ctx, greeting); got.Result != sms.NotSent || s.posts.Load() != 0 {
			t.Errorf("%+v, %d posts", got, s.posts.Load())
		}
	})
}

func TestNobodyListens(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + listener.Addr().String()
	_ = listener.Close()
	if got := newTestClient(t, address, nil, 0).Send(context.Background(), greeting); got.Result != sms.NotSent || got.Trouble.Verdict != sms.Later {
		t.Errorf("%+v", got)
	}
}

func TestTLS(t *testing.T) {
	var handled atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if r.ProtoMajor != 1 {
			t.Errorf("%s: requests share a connection", r.Proto)
		}
		if handled.Add(1) == 3 {
			panic(http.ErrAbortHandler)
		}
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, created)
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // of the clients below that do not trust it
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	trusting := server.Client().Transport.(*http.Transport)
	c := newTestClient(t, server.URL, trusting, 0)
	for i, want := range []sms.Result{sms.Accepted, sms.Accepted, sms.Unknown, sms.Accepted} {
		if got := c.Send(context.Background(), greeting); got.Result != want {
			t.Errorf("text %d: %+v", i+1, got)
		}
	}
	if got := newTestClient(t, server.URL, nil, 0).Send(context.Background(), greeting); got.Result != sms.NotSent {
		t.Errorf("a certificate nobody trusts: %+v", got)
	}
	plain := listen(t, func(_ net.Conn, next func() bool) { next() })
	if got := newTestClient(t, "https"+plain.address[len("http"):], nil, 0).Send(context.Background(), greeting); got.Result != sms.NotSent {
		t.Errorf("a handshake that fails: %+v", got)
	}
}

// What cannot be looked into cannot prove anything.
func TestForeignTransportsProveNothing(t *testing.T) {
	fails := roundTripper(func(*http.Request) (*http.Response, error) { return nil, net.ErrClosed })
	if got := newTestClient(t, "http://127.0.0.1:1", fails, 0).Send(context.Background(), greeting); got.Result != sms.Unknown {
		t.Errorf("RoundTripper: %+v", got)
	}
	s := listen(t, func(_ net.Conn, next func() bool) { next() })
	own := &http.Transport{DialTLSContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, address)
	}}
	if got := newTestClient(t, "https"+s.address[len("http"):], own, 0).Send(context.Background(), greeting); got.Result != sms.Unknown {
		t.Errorf("own TLS: %+v", got)
	}
	if c := counting(tls.Client(&countingConn{}, &tls.Config{})); c == nil {
		t.Error("a counting connection below TLS is not found")
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
