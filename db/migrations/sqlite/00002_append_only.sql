-- +goose Up
-- What was given, taken, consented to or done by staff is never changed and never vanishes.
-- +goose StatementBegin
CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries BEGIN
    SELECT RAISE(ABORT, 'entries is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries BEGIN
    SELECT RAISE(ABORT, 'entries is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER lot_moves_no_update BEFORE UPDATE ON lot_moves BEGIN
    SELECT RAISE(ABORT, 'lot_moves is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER lot_moves_no_delete BEFORE DELETE ON lot_moves BEGIN
    SELECT RAISE(ABORT, 'lot_moves is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER consents_no_update BEFORE UPDATE ON consents BEGIN
    SELECT RAISE(ABORT, 'consents is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER consents_no_delete BEFORE DELETE ON consents BEGIN
    SELECT RAISE(ABORT, 'consents is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audits_no_update BEFORE UPDATE ON audits BEGIN
    SELECT RAISE(ABORT, 'audits is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audits_no_delete BEFORE DELETE ON audits BEGIN
    SELECT RAISE(ABORT, 'audits is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER stamp_moves_no_update BEFORE UPDATE ON stamp_moves BEGIN
    SELECT RAISE(ABORT, 'stamp_moves is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER stamp_moves_no_delete BEFORE DELETE ON stamp_moves BEGIN
    SELECT RAISE(ABORT, 'stamp_moves is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER tier_moves_no_update BEFORE UPDATE ON tier_moves BEGIN
    SELECT RAISE(ABORT, 'tier_moves is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER tier_moves_no_delete BEFORE DELETE ON tier_moves BEGIN
    SELECT RAISE(ABORT, 'tier_moves is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER takings_no_update BEFORE UPDATE ON takings BEGIN
    SELECT RAISE(ABORT, 'takings is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER takings_no_delete BEFORE DELETE ON takings BEGIN
    SELECT RAISE(ABORT, 'takings is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER seals_no_update BEFORE UPDATE ON seals BEGIN
    SELECT RAISE(ABORT, 'seals is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER seals_no_delete BEFORE DELETE ON seals BEGIN
    SELECT RAISE(ABORT, 'seals is append-only');
END;
-- +goose StatementEnd

-- +goose Down
DROP TRIGGER entries_no_update;
DROP TRIGGER entries_no_delete;
DROP TRIGGER lot_moves_no_update;
DROP TRIGGER lot_moves_no_delete;
DROP TRIGGER consents_no_update;
DROP TRIGGER consents_no_delete;
DROP TRIGGER audits_no_update;
DROP TRIGGER audits_no_delete;
DROP TRIGGER stamp_moves_no_update;
DROP TRIGGER stamp_moves_no_delete;
DROP TRIGGER tier_moves_no_update;
DROP TRIGGER tier_moves_no_delete;
DROP TRIGGER takings_no_update;
DROP TRIGGER takings_no_delete;
DROP TRIGGER seals_no_update;
DROP TRIGGER seals_no_delete;
