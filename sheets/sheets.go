// Package sheets is spreadsheets in and out: members, opening balances, levels and past purchases brought over from other systems, and
// everything we keep written to files that a spreadsheet opens.
//
// Files are CSV (RFC 4180) as Excel, Google Sheets and other shops' programs write them: comma, semicolon or tab, UTF-8, UTF-16 or
// Windows-1252, headers in Spanish, English, French or Chinese. Bringing a file over twice changes nothing the second time.
package sheets

import "strings"

// Safe is a text as a cell that no spreadsheet takes for a formula: what begins with = + - @, a tab or a line break, or the full-width
// forms of these, gets an apostrophe before it (OWASP, CSV Injection).
func Safe(text string) string {
	if text == "" {
		return ""
	}
	if strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(text)[0]) {
		return "'" + text
	}
	return text
}
