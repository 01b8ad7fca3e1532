package web

import (
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// quiet is the white margin that ISO/IEC 18004 asks for around a QR symbol, in modules.
const quiet = 4

// CardSVG draws the number of a card as a QR symbol with the number below it: an SVG of its own, of black modules on white, for a
// printer. The size is the printer's; a module is one unit.
func CardSVG(code string) (string, error) {
	symbol, err := qr.Encode(code, qr.M, qr.Auto)
	if err != nil {
		return "", fmt.Errorf("the QR symbol of a card: %w", err)
	}
	side := symbol.Bounds().Dx()
	var path strings.Builder
	for y := range side {
		for x := range side {
			if r, _, _, _ := symbol.At(x, y).RGBA(); r == 0 {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	width, shown := side+2*quiet, grouped(code)
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s" shape-rendering="crispEdges">`+
		`<rect width="100%%" height="100%%" fill="#fff"/><path d="%s" fill="#000"/>`+
		`<text x="%d" y="%d" font-family="monospace" font-size="3.2" text-anchor="middle">%s</text></svg>`,
		width, width+quiet, shown, path.String(), width/2, width+quiet-2, shown) + "\n", nil
}

// grouped is a number as it is printed: in fours.
func grouped(code string) string {
	var parts []string
	for ; len(code) > 4; code = code[4:] {
		parts = append(parts, code[:4])
	}
	return strings.Join(append(parts, code), " ")
}

// CardSheet writes a page of cards for printing, ten to an A4 sheet, each with the program's name, the QR symbol and the number.
func CardSheet(w io.Writer, program string, codes []string) error {
	page, err := template.ParseFS(files, "pages/cards.html")
	if err != nil {
		return fmt.Errorf("the page of cards: %w", err)
	}
	cards := make([]template.HTML, len(codes))
	for i, code := range codes {
		svg, err := CardSVG(code)
		if err != nil {
			return err
		}
		cards[i] = template.HTML(svg) //nolint:gosec // drawn above from digits alone
	}
	return page.Execute(w, map[string]any{"Program": program, "Cards": cards})
}
