package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// demo starts the demo as a person would and returns its address.
func demo(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	ctx, stop := context.WithCancel(context.Background())
	out, in := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		ended <- Run(ctx, []string{"demo", "--addr", addr}, Streams{In: strings.NewReader(""), Out: in, Err: in})
		in.Close()
	}()
	go io.Copy(io.Discard, out) //nolint:errcheck // only drained
	t.Cleanup(func() {
		stop()
		if code := <-ended; code != exitDone {
			t.Errorf("the demo ended with %d", code)
		}
	})
	for range 600 {
		if res, err := http.Get("http://" + addr + "/healthz"); err == nil {
			res.Body.Close()
			return "http://" + addr
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("the demo does not answer")
	return ""
}

func TestDemoWithoutScript(t *testing.T) {
	at := demo(t)
	post := func(path string, form url.Values) string {
		t.Helper()
		form.Set("phone", "987 654 321")
		res, err := http.PostForm(at+path, form)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, _ := io.ReadAll(res.Body)
		return string(body)
	}
	for _, step := range []struct{ path, field, value, want string }{
		{"/demo/text", "body", "ALTA Rosa", "Rosa"},
		{"/demo/text", "body", "SALDO", "20 puntos"},
		{"/demo/buy", "amount", "80.00", "40 puntos"},
		{"/demo/text", "body", demoCode, "Te regalamos 25"},
		{"/demo/text", "body", "NIVEL", "puntos para Plata"},
		{"/demo/text", "body", "AMIGO", "Con su primera compra"},
		{"/demo/text", "body", "PREMIOS", "Torta a elegir"},
		{"/demo/text", "body", "CANJEAR 2", "te faltan 5"},
		{"/demo/text", "body", "CANJEAR 1", "Cafe gratis"},
		{"/demo/buy", "amount", "9.00", "de 10 sellos"},
		{"/demo/buy", "amount", "nada", "Escribe un importe"},
		{"/demo/text", "body", "BAJA", "Listo"},
	} {
		if body := post(step.path, url.Values{step.field: {step.value}}); !strings.Contains(body, step.want) {
			t.Errorf("%s %s: no %q in\n%s", step.path, step.value, step.want, body)
		}
	}
	if body := post("/demo/day", url.Values{}); !strings.Contains(body, "salieron") {
		t.Errorf("a day passed without a word:\n%s", body)
	}
	res, err := http.Get(at + "/?phone=nadie")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a phone that is none: %d", res.StatusCode)
	}
}

func TestDemoInABrowser(t *testing.T) {
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("no chromium")
		}
		fmt.Fprintln(os.Stderr, "the browser half of the tests is left out: there is no chromium")
		return
	}
	at := demo(t)
	ctx, cancel := chromedp.NewContext(t.Context(), chromedp.WithAllocatorOptions(
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.Flag("disable-quic", true), chromedp.WindowSize(1100, 900)))
	defer cancel()
	ctx, cancel = context.WithTimeout(ctx, time.Minute)
	defer cancel()

	do := func(steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, steps...); err != nil {
			t.Fatal(err)
		}
	}
	read := func(selector string) string {
		t.Helper()
		text, err := chromedp.Run(ctx, chromedp.Text(selector))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	do(chromedp.Navigate(at), chromedp.SendKeys("#body", "alta rosa\r"), chromedp.WaitVisible(".thread .theirs"))
	do(chromedp.Click(`.words button[value="SALDO"]`), chromedp.WaitVisible(".thread li:nth-child(4)"))
	thread := read("#thread")
	shot(ctx, t, "phone")
	if _, err := chromedp.RunResponse(ctx, chromedp.Click(".day button")); err != nil {
		t.Fatal(err)
	}
	day := read(".shop")
	shot(ctx, t, "day")
	do(chromedp.EmulateViewport(390, 844), chromedp.Reload())
	shot(ctx, t, "small")
	if !strings.Contains(thread, "Rosa") || !strings.Contains(thread, "20 puntos") {
		t.Errorf("the thread shows\n%s", thread)
	}
	if !strings.Contains(day, "salieron") {
		t.Errorf("the shop shows\n%s", day)
	}
}

// shot keeps a picture of the page when SHOTS names a folder.
func shot(ctx context.Context, t *testing.T, name string) {
	t.Helper()
	dir := os.Getenv("SHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(dir+"/"+name+".png", png, 0o644)
	}
	if err != nil {
		t.Error(err)
	}
}
