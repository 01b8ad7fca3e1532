package members

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"strings"

	"fiel/db"
)

// Key is FIEL_KEY: 32 bytes that hash phone numbers and seal secrets. Losing it makes a backup unreadable; it never stands in
// the database. It does not print.
type Key struct{ raw [32]byte }

// NewKey makes a random key.
func NewKey() Key {
	var k Key
	rand.Read(k.raw[:]) //nolint:errcheck // crypto/rand.Read never fails: https://pkg.go.dev/crypto/rand#Read
	return k
}

// ReadKey reads a key file: 64 hex digits. A file that others may read, or that holds anything else, is refused with db.Invalid;
// a missing one with db.Missing.
func ReadKey(path string) (Key, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Key{}, db.Errorf(db.Missing, "there is no key file at %s: run `fiel init` to make one, or set FIEL_KEY_FILE", path)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return Key{}, db.Errorf(db.Invalid, "the key file %s may be read by others: run `chmod 600 %s`", path, path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return Key{}, db.Errorf(db.Invalid, "the key file %s cannot be read: %w", path, err)
	}
	raw, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(raw) != 32 {
		return Key{}, db.Errorf(db.Invalid, "the key file %s must hold 64 hex digits", path)
	}
	var k Key
	copy(k.raw[:], raw)
	return k, nil
}

// WriteFile saves the key as 64 hex digits in a new file that only its owner may read. A file that exists is left alone and
// reported as db.Conflict: overwriting a key loses what it sealed.
func (k Key) WriteFile(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return db.Errorf(db.Conflict, "%s exists already and is left as it is", path)
	}
	if err != nil {
		return db.Errorf(db.Invalid, "the key file %s cannot be written: %w", path, err)
	}
	defer f.Close()
	if _, err := f.WriteString(hex.EncodeToString(k.raw[:]) + "\n"); err != nil {
		return db.Errorf(db.Internal, "the key file %s: %w", path, err)
	}
	return f.Close()
}

// String hides the key.
func (Key) String() string { return "key(hidden)" }

// GoString hides the key.
func (k Key) GoString() string { return k.String() }

// Hash is the row of a number in phones: HMAC-SHA256 of its E.164 form, in hex.
func (k Key) Hash(p Phone) string { return p.Hash(k.raw[:]) }

// Seal encrypts a secret for the database with AES-256-GCM. The label (such as "till:7") is bound to it: a sealed value moved to
// another row does not open.
func (k Key) Seal(label, secret string) string {
	gcm := k.gcm()
	nonce := make([]byte, gcm.NonceSize())
	rand.Read(nonce) //nolint:errcheck // never fails, as above
	return base64.RawStdEncoding.EncodeToString(gcm.Seal(nonce, nonce, []byte(secret), []byte(label)))
}

// Open decrypts what Seal made under the same label; db.Denied if the key or the label is another one.
func (k Key) Open(label, sealed string) (string, error) {
	gcm := k.gcm()
	raw, err := base64.RawStdEncoding.DecodeString(sealed)
	if err == nil && len(raw) >= gcm.NonceSize() {
		if plain, err := gcm.Open(nil, raw[:gcm.NonceSize()], raw[gcm.NonceSize():], []byte(label)); err == nil {
			return string(plain), nil
		}
	}
	return "", db.Errorf(db.Denied, "the secret of %s does not open with this FIEL_KEY", label)
}

func (k Key) gcm() cipher.AEAD {
	block, err := aes.NewCipher(k.raw[:])
	if err != nil {
		panic(err) // a 32-byte key is always good
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return gcm
}

// proof is a value only this key can make; it tells a wrong key from the right one without telling the key.
func (k Key) proof() string {
	mac := hmac.New(sha256.New, k.raw[:])
	mac.Write([]byte("fiel: the key of this database"))
	return hex.EncodeToString(mac.Sum(nil))
}

// Bind ties the database to the key on first use and afterwards answers db.Denied for any other key.
func (k Key) Bind(ctx context.Context, tx *db.Tx) error {
	if err := New(tx).insertProof(ctx, k.proof()); err != nil {
		return err
	}
	return k.Check(ctx, tx)
}

// Check answers db.Denied when the database was made with another key, db.Missing when it was made with none.
func (k Key) Check(ctx context.Context, tx *db.Tx) error {
	known, err := New(tx).proof(ctx)
	if err != nil {
		return orMissing(err, "the database knows no key yet: run `fiel init`")
	}
	if !hmac.Equal([]byte(known), []byte(k.proof())) {
		return db.Errorf(db.Denied, "this is not the key the database was made with: set FIEL_KEY_FILE to the right file")
	}
	return nil
}
