package main

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"fiel/db"
	"fiel/sms/twilio/fake"
)

// start measures how long this very program takes from being called to its first answer.
func (b *bench) start() error {
	b.step("start to first answer")
	self, err := os.Executable()
	if err != nil {
		return err
	}
	addr, err := freeAddr()
	if err != nil {
		return err
	}
	env := append(os.Environ(),
		"FIEL_DATABASE="+filepath.Join(b.dir, "start.db"), "FIEL_KEY_FILE="+filepath.Join(b.dir, "start.key"), "FIEL_LISTEN="+addr, "FIEL_METRICS_LISTEN=",
		"FIEL_PUBLIC_URL=http://"+addr, "FIEL_TWILIO_ACCOUNT_SID="+fake.AccountSID, "FIEL_TWILIO_AUTH_TOKEN="+fake.Token,
		"FIEL_TWILIO_FROM="+benchNumber, "FIEL_TWILIO_BASE_URL=http://127.0.0.1:9", "FIEL_LOG_LEVEL=error", "FIEL_CONFIG="+os.DevNull)
	if out, err := b.call(env, self, "init", "--name", "Bench", "--country", "PE", "--owner", "Bench").CombinedOutput(); err != nil {
		return db.Errorf(db.Refused, "init: %s", bytes.TrimSpace(out))
	}
	serve := b.call(env, self, "serve")
	serve.Stderr = b.app.Err
	begun := time.Now()
	if err := serve.Start(); err != nil {
		return err
	}
	took, err := firstAnswer("http://"+addr+"/readyz", begun)
	_ = serve.Process.Signal(syscall.SIGTERM)
	_ = serve.Wait()
	if err != nil {
		return err
	}
	b.found(figure{"start to first answer", float64(took.Milliseconds()), "ms", "under 200", ""})
	return nil
}

func (b *bench) call(env []string, self string, args ...string) *exec.Cmd {
	c := exec.CommandContext(context.WithoutCancel(b.app.ctx), self, args...)
	c.Env = env
	return c
}

func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

func firstAnswer(address string, begun time.Time) (time.Duration, error) {
	for time.Since(begun) < 10*time.Second {
		if res, err := http.Get(address); err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return time.Since(begun), nil
			}
		}
		time.Sleep(2 * time.Millisecond)
	}
	return 0, db.Errorf(db.Refused, "serve did not answer within ten seconds")
}
