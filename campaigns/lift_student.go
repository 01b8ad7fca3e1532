package campaigns

import "math"

// quantile is the value below which a share p of Student's t distribution with df degrees of freedom lies, for p from 0.5 to 1 and df
// from 1 on, to nine digits. Beyond a million degrees the distribution is the normal one to six digits and df counts as a million.
func quantile(p, df float64) float64 {
	df = min(df, 1e6)
	low, high := 0.0, 1.0
	for below(high, df) < p {
		low, high = high, 2*high
	}
	for high-low > 1e-12*high {
		middle := (low + high) / 2
		if middle <= low || middle >= high {
			break
		}
		if below(middle, df) < p {
			low = middle
		} else {
			high = middle
		}
	}
	return (low + high) / 2
}

// below is the share of Student's t distribution that lies below t, for t from 0 on (Abramowitz and Stegun, 26.7.1 with 26.5.27).
func below(t, df float64) float64 {
	if t*t < df { // the same from the other end, where no digits are lost
		return 0.5 + incompleteBeta(0.5, df/2, t*t/(df+t*t))/2
	}
	return 1 - incompleteBeta(df/2, 0.5, df/(df+t*t))/2
}

// incompleteBeta is the regularised incomplete beta function I_x(a, b), by its continued fraction (A&S 26.5.8), which converges fast
// for x below (a+1)/(a+b+2); above, by the symmetry I_x(a, b) = 1 - I_1-x(b, a).
func incompleteBeta(a, b, x float64) float64 {
	switch {
	case x <= 0:
		return 0
	case x >= 1:
		return 1
	case x > (a+1)/(a+b+2):
		return 1 - incompleteBeta(b, a, 1-x)
	}
	front := math.Exp(logGamma(a+b) - logGamma(a) - logGamma(b) + a*math.Log(x) + b*math.Log1p(-x))
	return front / (a * fraction(a, b, x))
}

func logGamma(x float64) float64 {
	v, _ := math.Lgamma(x)
	return v
}

// fraction is 1 + d1/(1 + d2/(1 + ...)) of the incomplete beta function, by Lentz's method.
func fraction(a, b, x float64) float64 {
	const most, tiny, exact = 10_000, 1e-300, 1e-15
	f, c, d := 1.0, 1.0, 0.0
	for i := 1; i <= most; i++ {
		m := float64(i / 2)
		step := m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		if i%2 == 1 {
			step = -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		}
		d, c = 1+step*d, 1+step/c
		if math.Abs(d) < tiny {
			d = tiny
		}
		if math.Abs(c) < tiny {
			c = tiny
		}
		d = 1 / d
		f *= c * d
		if math.Abs(c*d-1) < exact {
			break
		}
	}
	return f
}
