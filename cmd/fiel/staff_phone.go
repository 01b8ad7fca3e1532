package main

import (
	"context"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
)

type staffPhoneCmd struct {
	Who   string `arg:"" help:"Their name, or their id in the list."`
	Phone string `arg:"" help:"The number; none takes it away."`
}

// Run gives somebody another phone: it has to say anew that it is theirs.
func (c *staffPhoneCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, key members.Key, p members.Program) error {
		var phone members.Phone
		hash, sentence := "", "%s, %d, has no phone any more.\n"
		if c.Phone != "none" {
			var err error
			if phone, err = members.ParsePhone(c.Phone, p.Country); err != nil {
				return err
			}
			hash, sentence = key.Hash(phone), "%[1]s has a new phone. Ask it whether it is theirs: fiel staff ask %[2]d\n"
		}
		return a.changeStaff(d, p, "staff.phone", sentence, func(ctx context.Context, tx *db.Tx) (members.Staff, error) {
			s, err := members.FindStaff(ctx, tx, p.ID, c.Who)
			if err != nil {
				return members.Staff{}, err
			}
			return members.SetStaffPhone(ctx, tx, p.ID, s.ID, phone, hash)
		})
	})
}

type staffAskCmd struct {
	Who string `arg:"" help:"Their name, or their id in the list."`
}

// Run texts somebody's phone to say whether it is theirs.
func (c *staffAskCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		sentence := "%s, %d, gets a text in service hours and has 48 hours to answer SI.\n"
		return a.changeStaff(d, p, "staff.ask", sentence, func(ctx context.Context, tx *db.Tx) (members.Staff, error) {
			s, err := members.FindStaff(ctx, tx, p.ID, c.Who)
			if err != nil {
				return members.Staff{}, err
			}
			if _, err := sms.AskStaff(ctx, tx, p, s); err != nil {
				return members.Staff{}, err
			}
			return members.StaffByID(ctx, tx, p.ID, s.ID)
		})
	})
}

type staffTellCmd struct {
	Who   string `arg:"" help:"Their name, or their id in the list."`
	OnOff string `arg:"" name:"on|off" enum:"on,off" help:"on or off."`
}

// Run says whether somebody is texted when a run starts.
func (c *staffTellCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		sentence := map[string]string{
			"on": "%s, %d, gets a text when a campaign starts.\n", "off": "%s, %d, gets no text when a campaign starts.\n",
		}[c.OnOff]
		return a.changeStaff(d, p, "staff.tell", sentence, func(ctx context.Context, tx *db.Tx) (members.Staff, error) {
			s, err := members.FindStaff(ctx, tx, p.ID, c.Who)
			if err != nil {
				return members.Staff{}, err
			}
			return members.TellRuns(ctx, tx, p.ID, s.ID, c.OnOff == "on")
		})
	})
}
