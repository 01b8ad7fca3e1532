package sms

// The GSM 7-bit default alphabet and its extension table, 3GPP TS 23.038 section 6.2.1, without the escape itself. A letter of the
// extension is sent as escape and letter.
const (
	gsmBasic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
		"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	gsmExtension = "\f^{}\\[~]|€"
)

// gsmWidths holds the septets of every letter below its length: 0 is not in GSM-7. The euro sign lies above it.
var gsmWidths = func() (widths [0x400]uint8) {
	for _, r := range gsmBasic {
		widths[r] = 1
	}
	for _, r := range gsmExtension {
		if int(r) < len(widths) {
			widths[r] = 2
		}
	}
	return widths
}()

// septets is the room a letter takes in GSM-7: 1, 2 for the extension table, 0 when it is in neither.
func septets(r rune) int {
	if int(r) < len(gsmWidths) {
		return int(gsmWidths[r])
	}
	if r == '€' {
		return 2
	}
	return 0
}

// isGSM7 says whether every letter of a text is in GSM-7.
func isGSM7(text string) bool {
	for _, r := range text {
		if septets(r) == 0 {
			return false
		}
	}
	return true
}
