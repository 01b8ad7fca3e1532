package twilio

import (
	"strings"
	"testing"

	"fiel/sms"
)

func TestExplain(t *testing.T) {
	cases := map[sms.Verdict][]int64{
		sms.BadNumber:  {21211, 30005},
		sms.Landline:   {21614, 21635, 30006},
		sms.OptedOut:   {21610},
		sms.Later:      {20429, 21611, 30001, 30003, 30008, 63018},
		sms.StopRun:    {21408, 21606, 21612, 30034},
		sms.StopSender: {20003, 30002},
		sms.GiveUp:     {21617, 30004, 30007, 30036, 12300, 14107, 99999},
	}
	for verdict, codes := range cases {
		for _, code := range codes {
			trouble := Explain(code)
			if trouble.Verdict != verdict || trouble.Code != code || trouble.Text == "" {
				t.Errorf("%d: %+v, want verdict %d", code, trouble, verdict)
			}
		}
	}
}

func TestExplainAnswer(t *testing.T) {
	cases := []struct {
		status int
		code   int64
		want   sms.Verdict
	}{
		{401, 20003, sms.StopSender},
		{403, 20003, sms.StopSender},
		{401, 20999, sms.StopSender}, // not listed, but about who we are
		{400, 20999, sms.GiveUp},
		{403, 21610, sms.OptedOut}, // listed: the code knows better than the status
	}
	for _, c := range cases {
		if got := explainAnswer(c.status, c.code); got.Verdict != c.want || got.Code != c.code {
			t.Errorf("%d/%d: %+v", c.status, c.code, got)
		}
	}
}

func TestErrorsFileIsWholeAndInSentences(t *testing.T) {
	if len(known()) < 30 {
		t.Errorf("%d codes only", len(known()))
	}
	for code, trouble := range known() {
		if !strings.HasSuffix(trouble.Text, ".") || strings.Contains(trouble.Text, "  ") {
			t.Errorf("%d: not a sentence: %q", code, trouble.Text)
		}
	}
	for _, broken := range []string{"x later Words.", "1 perhaps Words.", "1 later", "1 later A.\n1 later B."} {
		if _, err := parseErrors(broken); err == nil {
			t.Errorf("%q is taken", broken)
		}
	}
}
