-- +goose Up
-- What was given, taken, consented to or done by staff is never changed and never vanishes.
-- +goose StatementBegin
CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END;
$$;
-- +goose StatementEnd
CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER lot_moves_no_update BEFORE UPDATE ON lot_moves FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER lot_moves_no_delete BEFORE DELETE ON lot_moves FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER consents_no_update BEFORE UPDATE ON consents FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER consents_no_delete BEFORE DELETE ON consents FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER audits_no_update BEFORE UPDATE ON audits FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER audits_no_delete BEFORE DELETE ON audits FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER stamp_moves_no_update BEFORE UPDATE ON stamp_moves FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER stamp_moves_no_delete BEFORE DELETE ON stamp_moves FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER tier_moves_no_update BEFORE UPDATE ON tier_moves FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER tier_moves_no_delete BEFORE DELETE ON tier_moves FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER takings_no_update BEFORE UPDATE ON takings FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER takings_no_delete BEFORE DELETE ON takings FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER seals_no_update BEFORE UPDATE ON seals FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER seals_no_delete BEFORE DELETE ON seals FOR EACH ROW EXECUTE FUNCTION append_only();

-- +goose Down
DROP TRIGGER entries_no_update ON entries;
DROP TRIGGER entries_no_delete ON entries;
DROP TRIGGER lot_moves_no_update ON lot_moves;
DROP TRIGGER lot_moves_no_delete ON lot_moves;
DROP TRIGGER consents_no_update ON consents;
DROP TRIGGER consents_no_delete ON consents;
DROP TRIGGER audits_no_update ON audits;
DROP TRIGGER audits_no_delete ON audits;
DROP TRIGGER stamp_moves_no_update ON stamp_moves;
DROP TRIGGER stamp_moves_no_delete ON stamp_moves;
DROP TRIGGER tier_moves_no_update ON tier_moves;
DROP TRIGGER tier_moves_no_delete ON tier_moves;
DROP TRIGGER takings_no_update ON takings;
DROP TRIGGER takings_no_delete ON takings;
DROP TRIGGER seals_no_update ON seals;
DROP TRIGGER seals_no_delete ON seals;
DROP FUNCTION append_only();
