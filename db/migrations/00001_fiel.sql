-- +goose Up
-- One schema for SQLite, PostgreSQL and sqlc. No NULL: 0 and '' mean none. Times are unix milliseconds UTC, money is
-- minor units, days are local dates as text. Every key of a tenant's row starts with program_id.

CREATE TABLE id_blocks (
    name TEXT NOT NULL PRIMARY KEY,
    next BIGINT NOT NULL
);

-- keys holds a value that only the right FIEL_KEY can check, so that a wrong key is found at start and not in a ledger.
CREATE TABLE keys (
    name TEXT NOT NULL PRIMARY KEY,
    proof TEXT NOT NULL
);

CREATE TABLE programs (
    id BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL CHECK (name <> ''),
    contact TEXT NOT NULL DEFAULT '',
    country TEXT NOT NULL CHECK (LENGTH(country) = 2),
    currency TEXT NOT NULL CHECK (LENGTH(currency) = 3),
    zone TEXT NOT NULL CHECK (zone <> ''),
    language TEXT NOT NULL CHECK (language <> ''),
    countries TEXT NOT NULL DEFAULT '', -- further countries whose numbers may join, "PE,CL"
    quiet_from BIGINT NOT NULL DEFAULT 540 CHECK (quiet_from BETWEEN 0 AND 1439), -- texting hours open, minute of the day
    quiet_until BIGINT NOT NULL DEFAULT 1260 CHECK (quiet_until BETWEEN 1 AND 1440),
    leap_day TEXT NOT NULL DEFAULT '02-28' CHECK (leap_day IN ('02-28', '03-01')),
    join_bonus BIGINT NOT NULL DEFAULT 0 CHECK (join_bonus BETWEEN 0 AND 1000000),
    refund_policy TEXT NOT NULL DEFAULT 'carry' CHECK (refund_policy IN ('carry', 'clamp')),
    net_of_tax BOOLEAN NOT NULL DEFAULT FALSE,
    held_days BIGINT NOT NULL DEFAULT 30 CHECK (held_days BETWEEN 0 AND 365),
    unusual_amount BIGINT NOT NULL DEFAULT 0 CHECK (unusual_amount BETWEEN 0 AND 1000000000000), -- 0: never flagged
    credit_limit BIGINT NOT NULL DEFAULT 1000 CHECK (credit_limit BETWEEN 0 AND 1000000000), -- points one person may give by hand
    texts_per_day BIGINT NOT NULL DEFAULT 1 CHECK (texts_per_day BETWEEN 0 AND 100),
    texts_per_week BIGINT NOT NULL DEFAULT 3 CHECK (texts_per_week BETWEEN 0 AND 500),
    parts_per_day BIGINT NOT NULL DEFAULT 20000 CHECK (parts_per_day BETWEEN 0 AND 1000000000), -- spend cap, in billed parts
    created_at BIGINT NOT NULL
);

CREATE TABLE stores (
    program_id BIGINT NOT NULL REFERENCES programs (id),
    id BIGINT NOT NULL,
    name TEXT NOT NULL CHECK (name <> ''),
    merchant TEXT NOT NULL DEFAULT '',
    zone TEXT NOT NULL CHECK (zone <> ''),
    address TEXT NOT NULL DEFAULT '',
    contact TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    PRIMARY KEY (program_id, id)
);
CREATE UNIQUE INDEX stores_name ON stores (program_id, name);

CREATE TABLE senders (
    id BIGINT NOT NULL PRIMARY KEY,
    program_id BIGINT NOT NULL REFERENCES programs (id),
    source TEXT NOT NULL DEFAULT 'env' CHECK (source IN ('env', 'row')), -- env: account and token come with the process
    account_sid TEXT NOT NULL DEFAULT '',
    token TEXT NOT NULL DEFAULT '', -- sealed with FIEL_KEY
    number TEXT NOT NULL DEFAULT '',
    service_sid TEXT NOT NULL DEFAULT '',
    reply_via TEXT NOT NULL DEFAULT 'twiml' CHECK (reply_via IN ('twiml', 'rest')),
    pace BIGINT NOT NULL DEFAULT 1 CHECK (pace BETWEEN 0 AND 10000), -- parts per second, 0: unlimited
    region TEXT NOT NULL DEFAULT 'us1',
    stopped TEXT NOT NULL DEFAULT '', -- why nothing leaves: refused credentials, owner's order
    callback_at BIGINT NOT NULL DEFAULT 0, -- last status callback heard: are callbacks healthy?
    paced_until BIGINT NOT NULL DEFAULT 0, -- unix microseconds: the parts claimed so far have all left by then
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX senders_number ON senders (number) WHERE number <> '';
CREATE UNIQUE INDEX senders_service ON senders (service_sid) WHERE service_sid <> '';
CREATE UNIQUE INDEX senders_env ON senders (program_id) WHERE source = 'env';

CREATE TABLE tills (
    program_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    store_id BIGINT NOT NULL,
    name TEXT NOT NULL CHECK (name <> ''),
    path TEXT NOT NULL CHECK (path <> ''), -- its part of the webhook URL: program and random letters
    secret TEXT NOT NULL, -- sealed
    next_secret TEXT NOT NULL DEFAULT '', -- sealed; a second live one while a key is changed
    revoked_at BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (program_id, id),
    FOREIGN KEY (program_id, store_id) REFERENCES stores (program_id, id)
);
CREATE UNIQUE INDEX tills_path ON tills (program_id, path);
CREATE UNIQUE INDEX tills_name ON tills (program_id, store_id, name);

CREATE TABLE staff (
    program_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    store_id BIGINT NOT NULL DEFAULT 0,
    name TEXT NOT NULL CHECK (name <> ''),
    role TEXT NOT NULL CHECK (role IN ('cashier', 'manager', 'owner')),
    phone TEXT NOT NULL DEFAULT '',
    verified_at BIGINT NOT NULL DEFAULT 0,
    left_at BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (program_id, id),
    FOREIGN KEY (program_id) REFERENCES programs (id)
);
CREATE UNIQUE INDEX staff_phone ON staff (program_id, phone) WHERE phone <> '';

-- phones is the row that every write about a number takes first. It holds no number, only its keyed hash.
CREATE TABLE phones (
    program_id BIGINT NOT NULL REFERENCES programs (id),
    hash TEXT NOT NULL,
    touched BIGINT NOT NULL,
    stopped_at BIGINT NOT NULL DEFAULT 0,
    health TEXT NOT NULL DEFAULT '' CHECK (health IN ('', 'bad', 'landline', 'confirm', 'suspect')),
    suppressed_at BIGINT NOT NULL DEFAULT 0, -- kept after erasure
    replies BIGINT NOT NULL DEFAULT 0, -- loop guard: replies since replies_since
    replies_since BIGINT NOT NULL DEFAULT 0,
    helps BIGINT NOT NULL DEFAULT 0, -- help lines on helps_day
    helps_day TEXT NOT NULL DEFAULT '',
    told_day TEXT NOT NULL DEFAULT '', -- the day the "write ALTA" line went out after a stop
    PRIMARY KEY (program_id, hash)
);

CREATE TABLE members (
    program_id BIGINT NOT NULL REFERENCES programs (id),
    id BIGINT NOT NULL,
    phone TEXT NOT NULL DEFAULT '',
    hash TEXT NOT NULL DEFAULT '', -- the key of its row in phones
    name TEXT NOT NULL DEFAULT '' CHECK (LENGTH(name) <= 80),
    email TEXT NOT NULL DEFAULT '' CHECK (LENGTH(email) <= 254),
    language TEXT NOT NULL DEFAULT '',
    zone TEXT NOT NULL DEFAULT '',
    store_id BIGINT NOT NULL DEFAULT 0, -- home store
    tag TEXT NOT NULL DEFAULT '',
    birth_month BIGINT NOT NULL DEFAULT 0 CHECK (birth_month BETWEEN 0 AND 12),
    birth_day BIGINT NOT NULL DEFAULT 0 CHECK (birth_day BETWEEN 0 AND 31),
    birth_year BIGINT NOT NULL DEFAULT 0 CHECK (birth_year BETWEEN 0 AND 2200),
    birth_first_at BIGINT NOT NULL DEFAULT 0, -- when this year's change began: free to correct for 24 hours, then locked for a year
    birth_set_at BIGINT NOT NULL DEFAULT 0,
    joined_at BIGINT NOT NULL,
    left_at BIGINT NOT NULL DEFAULT 0,
    erased_at BIGINT NOT NULL DEFAULT 0,
    merged_into BIGINT NOT NULL DEFAULT 0,
    service BOOLEAN NOT NULL DEFAULT FALSE,
    marketing BOOLEAN NOT NULL DEFAULT FALSE,
    wrote_first BOOLEAN NOT NULL DEFAULT FALSE, -- the member has texted us: some countries ask for it
    consent_gen BIGINT NOT NULL DEFAULT 0,
    balance BIGINT NOT NULL DEFAULT 0 CHECK (balance BETWEEN -1000000000000 AND 1000000000000),
    debt BIGINT NOT NULL DEFAULT 0 CHECK (debt BETWEEN 0 AND 1000000000000),
    seq BIGINT NOT NULL DEFAULT 0 CHECK (seq >= 0),
    carry BIGINT NOT NULL DEFAULT 0 CHECK (carry BETWEEN -1000000000000 AND 1000000000000),
    last_purchase_id BIGINT NOT NULL DEFAULT 0,
    last_purchase_at BIGINT NOT NULL DEFAULT 0,
    purchases BIGINT NOT NULL DEFAULT 0,
    touched BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (program_id, id)
);
CREATE UNIQUE INDEX members_phone ON members (program_id, phone) WHERE phone <> '';
CREATE INDEX members_hash ON members (program_id, hash) WHERE hash <> '';
CREATE INDEX members_birthday ON members (program_id, birth_month, birth_day) WHERE birth_month <> 0;
CREATE INDEX members_joined ON members (program_id, joined_at);
CREATE INDEX members_last_purchase ON members (program_id, last_purchase_at);

CREATE TABLE cards (
    program_id BIGINT NOT NULL,
    code TEXT NOT NULL,
    member_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (program_id, code),
    FOREIGN KEY (program_id, member_id) REFERENCES members (program_id, id)
);

CREATE TABLE consents (
    program_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('service', 'marketing')),
    channel TEXT NOT NULL DEFAULT 'sms' CHECK (channel IN ('sms', 'email', 'whatsapp')),
    given BOOLEAN NOT NULL,
    at BIGINT NOT NULL,
    door TEXT NOT NULL, -- text, till, cli, page, provider
    actor TEXT NOT NULL DEFAULT '', -- member, staff:7, cli:ana, twilio
    language TEXT NOT NULL DEFAULT '',
    words TEXT NOT NULL DEFAULT '', -- the exact words shown or texted
    evidence TEXT NOT NULL DEFAULT '', -- inbound or purchase id
    PRIMARY KEY (program_id, id),
    FOREIGN KEY (program_id, member_id) REFERENCES members (program_id, id)
);
CREATE INDEX consents_member ON consents (program_id, member_id, id);

CREATE TABLE audits (
    program_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL, -- staff:7, till:3, cli:ana, system
    door TEXT NOT NULL,
    ip TEXT NOT NULL DEFAULT '',
    action TEXT NOT NULL,
    subject TEXT NOT NULL DEFAULT '',
    before TEXT NOT NULL DEFAULT '',
    after TEXT NOT NULL DEFAULT '',
    request_id TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (program_id, id)
);
CREATE INDEX audits_at ON audits (program_id, at);

CREATE TABLE seals (
    program_id BIGINT NOT NULL,
    day TEXT NOT NULL,
    rows_sealed BIGINT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (program_id, day)
);

CREATE TABLE rules (
    program_id BIGINT NOT NULL REFERENCES programs (id),
    id BIGINT NOT NULL,
    name TEXT NOT NULL CHECK (name <> ''),
    kind TEXT NOT NULL CHECK (kind IN ('amount', 'visit')),
    step BIGINT NOT NULL DEFAULT 0 CHECK (step BETWEEN 0 AND 1000000000000), -- minor units
    points BIGINT NOT NULL CHECK (points BETWEEN 1 AND 1000000),
    carries BOOLEAN NOT NULL DEFAULT FALSE,
    minimum BIGINT NOT NULL DEFAULT 0 CHECK (minimum BETWEEN 0 AND 1000000000000),
    main BOOLEAN NOT NULL DEFAULT FALSE, -- the carry belongs to this one
    created_at BIGINT NOT NULL,
    retired_at BIGINT NOT NULL DEFAULT 0, -- kept: a refund is judged by the rules of its sale's day
    PRIMARY KEY (program_id, id),
    CHECK (kind <> 'amount' OR step > 0)
);
CREATE UNIQUE INDEX rules_main ON rules (program_id) WHERE main AND retired_at = 0;

CREATE TABLE entries (
    program_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    seq BIGINT NOT NULL CHECK (seq > 0),
    kind TEXT NOT NULL CHECK (kind IN ('earn', 'bonus', 'refund', 'redeem', 'release', 'expire', 'adjust', 'opening', 'merge', 'transfer', 'dispute')),
    delta BIGINT NOT NULL CHECK (delta <> 0 AND delta BETWEEN -1000000000 AND 1000000000),
    balance_after BIGINT NOT NULL CHECK (balance_after BETWEEN -1000000000000 AND 1000000000000),
    source TEXT NOT NULL CHECK (source <> ''),
    at BIGINT NOT NULL,
    store_id BIGINT NOT NULL DEFAULT 0,
    staff_id BIGINT NOT NULL DEFAULT 0,
    till_id BIGINT NOT NULL DEFAULT 0,
    purchase_id BIGINT NOT NULL DEFAULT 0,
    voucher_id BIGINT NOT NULL DEFAULT 0,
    basis BIGINT NOT NULL DEFAULT 0, -- earning money behind it, minor units
    rule_id BIGINT NOT NULL DEFAULT 0,
    multiplier BIGINT NOT NULL DEFAULT 1000, -- thousandths
    carry_before BIGINT NOT NULL DEFAULT 0,
    carry_after BIGINT NOT NULL DEFAULT 0,
    words TEXT NOT NULL DEFAULT '', -- what PORQUE says of it beyond its kind
    PRIMARY KEY (program_id, id),
    FOREIGN KEY (program_id, member_id) REFERENCES members (program_id, id)
);
CREATE UNIQUE INDEX entries_seq ON entries (program_id, member_id, seq);
CREATE UNIQUE INDEX entries_source ON entries (program_id, kind, source);

CREATE TABLE lots (
    program_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    entry_id BIGINT NOT NULL,
    points BIGINT NOT NULL CHECK (points > 0),
    "left" BIGINT NOT NULL CHECK ("left" BETWEEN 0 AND points),
    expires_at BIGINT NOT NULL DEFAULT 0, -- 0: never
    expires_first BIGINT NOT NULL DEFAULT 9007199254740991, -- expires_at, or the last instant when it never does: the order of spending
    created_at BIGINT NOT NULL,
    PRIMARY KEY (program_id, id),
    FOREIGN KEY (program_id, member_id) REFERENCES members (program_id, id),
    FOREIGN KEY (program_id, entry_id) REFERENCES entries (program_id, id)
);
CREATE INDEX lots_member ON lots (program_id, member_id, expires_first, id) WHERE "left" > 0;
CREATE INDEX lots_entry ON lots (program_id, entry_id);

CREATE TABLE lot_moves (
    program_id BIGINT NOT NULL,
    entry_id BIGINT NOT NULL,
    lot_id BIGINT NOT NULL,
    points BIGINT NOT NULL CHECK (points <> 0), -- eaten: below zero; given back: above
    PRIMARY KEY (program_id, entry_id, lot_id),
    FOREIGN KEY (program_id, entry_id) REFERENCES entries (program_id, id),
    FOREIGN KEY (program_id, lot_id) REFERENCES lots (program_id, id)
);
CREATE INDEX lot_moves_lot ON lot_moves (program_id, lot_id);

CREATE TABLE rewards (
    program_id BIGINT NOT NULL REFERENCES programs (id),
    id BIGINT NOT NULL,
    number BIGINT NOT NULL CHECK (number BETWEEN 1 AND 99), -- what the member texts: CANJEAR 1
    name TEXT NOT NULL CHECK (name <> '' AND LENGTH(name) <= 40),
    kind TEXT NOT NULL CHECK (kind IN ('percent', 'amount', 'item')),
    value BIGINT NOT NULL DEFAULT 0 CHECK (value BETWEEN 0 AND 1000000000000), -- per cent, or minor units
    cost BIGINT NOT NULL CHECK (cost BETWEEN 1 AND 1000000000), -- points
    stock BIGINT NOT NULL DEFAULT -1 CHECK (stock >= -1), -- -1: no limit
    minimum BIGINT NOT NULL DEFAULT 0 CHECK (minimum BETWEEN 0 AND 1000000000000),
    days BIGINT NOT NULL DEFAULT 7 CHECK (days BETWEEN 1 AND 365), -- to use a voucher
    retired_at BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (program_id, id)
);
CREATE UNIQUE INDEX rewards_number ON rewards (program_id, number) WHERE retired_at = 0;

CREATE TABLE vouchers (
    program_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    code TEXT NOT NULL CHECK (LENGTH(code) = 8),
    member_id BIGINT NOT NULL,
    reward_id BIGINT NOT NULL DEFAULT 0, -- 0: granted by a campaign
    run_id BIGINT NOT NULL DEFAULT 0,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('percent', 'amount', 'item')),
    value BIGINT NOT NULL DEFAULT 0,
    minimum BIGINT NOT NULL DEFAULT 0,
    cost BIGINT NOT NULL DEFAULT 0 CHECK (cost >= 0),
    stores TEXT NOT NULL DEFAULT '', -- ids where valid, '' = all
    state TEXT NOT NULL CHECK (state IN ('issued', 'reserved', 'redeemed', 'expired', 'cancelled')),
    issued_at BIGINT NOT NULL,
    valid_from BIGINT NOT NULL,
    expires_at BIGINT NOT NULL, -- exclusive
    reserved_until BIGINT NOT NULL DEFAULT 0,
    redeemed_at BIGINT NOT NULL DEFAULT 0,
    redeem_entry BIGINT NOT NULL DEFAULT 0,
    release_entry BIGINT NOT NULL DEFAULT 0,
    purchase_id BIGINT NOT NULL DEFAULT 0,
    store_id BIGINT NOT NULL DEFAULT 0, -- where it was used
    actor TEXT NOT NULL DEFAULT '', -- who redeemed it
    disputed_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (program_id, id),
    FOREIGN KEY (program_id, member_id) REFERENCES members (program_id, id)
);
CREATE UNIQUE INDEX vouchers_code ON vouchers (program_id, code);
CREATE UNIQUE INDEX vouchers_run ON vouchers (program_id, run_id, member_id) WHERE run_id <> 0;
CREATE INDEX vouchers_member ON vouchers (program_id, member_id, id);
CREATE INDEX vouchers_purchase ON vouchers (program_id, purchase_id) WHERE purchase_id <> 0;
CREATE INDEX vouchers_due ON vouchers (program_id, expires_at) WHERE state IN ('issued', 'reserved');

-- wrong_codes counts an hour's wrong voucher codes for a till or a person.
CREATE TABLE wrong_codes (
    program_id BIGINT NOT NULL,
    door TEXT NOT NULL,
    hour BIGINT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (program_id, door, hour)
);

CREATE TABLE purchases (
    program_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    till_id BIGINT NOT NULL,
    ref TEXT NOT NULL CHECK (ref <> ''), -- the till's own id of the sale
    meant TEXT NOT NULL, -- hash of the meant values
    state TEXT NOT NULL CHECK (state IN ('credited', 'held', 'dropped', 'test', 'currency', 'anonymous', 'review')), -- review: reported over 7 days late
    member_id BIGINT NOT NULL DEFAULT 0,
    hash TEXT NOT NULL DEFAULT '', -- of the number while held or under review
    store_id BIGINT NOT NULL,
    day TEXT NOT NULL, -- the store's local date
    amount BIGINT NOT NULL CHECK (amount BETWEEN 1 AND 1000000000000),
    currency TEXT NOT NULL,
    tax BIGINT NOT NULL DEFAULT 0 CHECK (tax BETWEEN 0 AND 1000000000000),
    tip BIGINT NOT NULL DEFAULT 0 CHECK (tip BETWEEN 0 AND 1000000000000),
    money BIGINT NOT NULL CHECK (money BETWEEN 0 AND 1000000000000), -- paid with money
    earning BIGINT NOT NULL CHECK (earning BETWEEN 0 AND 1000000000000),
    rule_id BIGINT NOT NULL DEFAULT 0,
    points BIGINT NOT NULL DEFAULT 0 CHECK (points BETWEEN 0 AND 1000000000),
    carry_before BIGINT NOT NULL DEFAULT 0,
    carry_after BIGINT NOT NULL DEFAULT 0,
    refunded BIGINT NOT NULL DEFAULT 0 CHECK (refunded BETWEEN 0 AND amount), -- money back so far
    taken BIGINT NOT NULL DEFAULT 0 CHECK (taken BETWEEN 0 AND points), -- points taken back so far
    forgotten BIGINT NOT NULL DEFAULT 0, -- part of taken that nobody lost: a clamping program let it go, or it had lapsed
    returned_money BIGINT NOT NULL DEFAULT 0, -- given back so far by refunds that named no lines, minor units
    returned_lines BIGINT NOT NULL DEFAULT 0, -- earning lines given back so far, minor units
    voucher TEXT NOT NULL DEFAULT '',
    cashier TEXT NOT NULL DEFAULT '',
    flagged BOOLEAN NOT NULL DEFAULT FALSE,
    occurred_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    answer TEXT NOT NULL,
    body TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (program_id, id),
    FOREIGN KEY (program_id, till_id) REFERENCES tills (program_id, id)
);
CREATE UNIQUE INDEX purchases_ref ON purchases (program_id, till_id, ref);
CREATE INDEX purchases_held ON purchases (program_id, hash) WHERE state = 'held';
CREATE INDEX purchases_member ON purchases (program_id, member_id, occurred_at);
CREATE INDEX purchases_body ON purchases (program_id, received_at) WHERE body <> '';

CREATE TABLE purchase_lines (
    program_id BIGINT NOT NULL,
    purchase_id BIGINT NOT NULL,
    n BIGINT NOT NULL,
    sku TEXT NOT NULL DEFAULT '',
    name TEXT NOT NULL DEFAULT '',
    category TEXT NOT NULL DEFAULT '',
    quantity BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (program_id, purchase_id, n),
    FOREIGN KEY (program_id, purchase_id) REFERENCES purchases (program_id, id)
);

CREATE TABLE refunds (
    program_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    till_id BIGINT NOT NULL,
    ref TEXT NOT NULL CHECK (ref <> ''),
    meant TEXT NOT NULL,
    purchase_ref TEXT NOT NULL,
    purchase_id BIGINT NOT NULL DEFAULT 0,
    state TEXT NOT NULL CHECK (state IN ('applied', 'parked', 'rejected', 'test')),
    amount BIGINT NOT NULL CHECK (amount BETWEEN 0 AND 1000000000000), -- given back; 0 while parked: by lines, or all of it
    currency TEXT NOT NULL DEFAULT '',
    lines TEXT NOT NULL DEFAULT '', -- JSON: what came back, where the till said; kept, since the sale may come later
    taken BIGINT NOT NULL DEFAULT 0 CHECK (taken >= 0), -- points
    received_at BIGINT NOT NULL,
    answer TEXT NOT NULL,
    status BIGINT NOT NULL DEFAULT 200, -- HTTP status of the first answer
    body TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (program_id, id),
    FOREIGN KEY (program_id, till_id) REFERENCES tills (program_id, id)
);
CREATE UNIQUE INDEX refunds_ref ON refunds (program_id, till_id, ref);
CREATE INDEX refunds_purchase ON refunds (program_id, till_id, purchase_ref);
CREATE INDEX refunds_body ON refunds (program_id, received_at) WHERE body <> '';

-- parked is what a till said and the owner has to look at.
CREATE TABLE parked (
    program_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    till_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    ref TEXT NOT NULL,
    meant TEXT NOT NULL,
    reason TEXT NOT NULL,
    body TEXT NOT NULL DEFAULT '',
    at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (program_id, id)
);
CREATE UNIQUE INDEX parked_once ON parked (program_id, till_id, kind, ref, meant, reason);

CREATE TABLE inbound (
    program_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    sender_id BIGINT NOT NULL,
    provider_id TEXT NOT NULL CHECK (provider_id <> ''), -- MessageSid
    phone TEXT NOT NULL DEFAULT '',
    hash TEXT NOT NULL DEFAULT '',
    member_id BIGINT NOT NULL DEFAULT 0,
    body TEXT NOT NULL DEFAULT '',
    media BIGINT NOT NULL DEFAULT 0,
    opt_out TEXT NOT NULL DEFAULT '',
    command TEXT NOT NULL DEFAULT '',
    for_shop BOOLEAN NOT NULL DEFAULT FALSE, -- a person should read it
    read_at BIGINT NOT NULL DEFAULT 0,
    at BIGINT NOT NULL,
    PRIMARY KEY (program_id, id)
);
CREATE UNIQUE INDEX inbound_provider ON inbound (program_id, provider_id);
CREATE INDEX inbound_hash ON inbound (program_id, hash, id);
CREATE INDEX inbound_for_shop ON inbound (program_id, id) WHERE for_shop AND read_at = 0;

CREATE TABLE messages (
    program_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    sender_id BIGINT NOT NULL,
    phone TEXT NOT NULL DEFAULT '',
    hash TEXT NOT NULL DEFAULT '',
    member_id BIGINT NOT NULL DEFAULT 0, -- 0: a stranger
    run_id BIGINT NOT NULL DEFAULT 0,
    inbound_id BIGINT NOT NULL DEFAULT 0,
    class BIGINT NOT NULL CHECK (class IN (1, 2, 3)), -- reply, service, marketing: the order they leave in
    topic TEXT NOT NULL DEFAULT '', -- which of our texts it is: balance, birthday, flash ...
    body TEXT NOT NULL DEFAULT '',
    parts BIGINT NOT NULL CHECK (parts BETWEEN 0 AND 30),
    language TEXT NOT NULL DEFAULT '',
    once TEXT NOT NULL DEFAULT '',
    send_after BIGINT NOT NULL,
    send_before BIGINT NOT NULL DEFAULT 0, -- exclusive; 0: no end
    state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'delivered', 'undelivered', 'failed', 'unknown', 'unproven', 'cancelled', 'answered', 'holdout', 'left_out')),
    reason TEXT NOT NULL DEFAULT '',
    consent_gen BIGINT NOT NULL DEFAULT 0, -- the member's when it was claimed
    attempt TEXT NOT NULL DEFAULT '',
    attempts BIGINT NOT NULL DEFAULT 0,
    tries BIGINT NOT NULL DEFAULT 0, -- look-ups of an unknown text so far
    lease BIGINT NOT NULL DEFAULT 0, -- sending: unknown after it; unknown: next look-up
    started_at BIGINT NOT NULL DEFAULT 0, -- of the attempt
    resent BOOLEAN NOT NULL DEFAULT FALSE,
    sid TEXT NOT NULL DEFAULT '',
    rank BIGINT NOT NULL DEFAULT 0, -- Twilio's own status
    error BIGINT NOT NULL DEFAULT 0,
    price BIGINT NOT NULL DEFAULT 0, -- millionths of price_unit
    price_unit TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    sent_at BIGINT NOT NULL DEFAULT 0,
    final_at BIGINT NOT NULL DEFAULT 0,
    cap_day TEXT NOT NULL DEFAULT '', -- the member's day whose cap of texts it took room of, '' = none
    spend_day TEXT NOT NULL DEFAULT '', -- the program's day whose cap of parts it took room of, '' = none
    PRIMARY KEY (program_id, id)
);
-- With the run before the time, the rows of a run that is held are passed over in one step.
CREATE INDEX messages_claim ON messages (sender_id, class, run_id, send_after, id) WHERE state = 'queued';
CREATE UNIQUE INDEX messages_inbound ON messages (program_id, inbound_id) WHERE inbound_id <> 0;
CREATE UNIQUE INDEX messages_once ON messages (program_id, member_id, once) WHERE once <> '';
CREATE UNIQUE INDEX messages_sid ON messages (program_id, sid) WHERE sid <> '';
CREATE INDEX messages_open ON messages (program_id, state, lease) WHERE state IN ('sending', 'unknown');
CREATE INDEX messages_hash ON messages (program_id, hash) WHERE state = 'queued';
CREATE INDEX messages_run ON messages (program_id, run_id, state) WHERE run_id <> 0;
CREATE INDEX messages_member ON messages (program_id, member_id, id);

-- kept_keys outlives the pruning of texts: a once key or a provider's id is never used again.
CREATE TABLE kept_keys (
    program_id BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('once', 'sid')),
    key TEXT NOT NULL,
    PRIMARY KEY (program_id, kind, key)
);

-- callbacks waits for a row to know its sid, or its attempt.
CREATE TABLE callbacks (
    program_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    sid TEXT NOT NULL,
    rank BIGINT NOT NULL,
    error BIGINT NOT NULL DEFAULT 0,
    verdict BIGINT NOT NULL DEFAULT 0, -- what the error asks of us
    price BIGINT NOT NULL DEFAULT 0,
    price_unit TEXT NOT NULL DEFAULT '',
    at BIGINT NOT NULL,
    PRIMARY KEY (program_id, id)
);
CREATE UNIQUE INDEX callbacks_once ON callbacks (program_id, sid, rank);

CREATE TABLE holds (
    program_id BIGINT NOT NULL,
    run_id BIGINT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    at BIGINT NOT NULL,
    PRIMARY KEY (program_id, run_id)
);

CREATE TABLE text_days (
    program_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    day TEXT NOT NULL, -- 2026-11-21, or 2026-W47 for the week's cap
    n BIGINT NOT NULL CHECK (n >= 0),
    PRIMARY KEY (program_id, member_id, day)
);

CREATE TABLE spend_days (
    program_id BIGINT NOT NULL,
    day TEXT NOT NULL,
    n BIGINT NOT NULL CHECK (n >= 0), -- parts
    PRIMARY KEY (program_id, day)
);

CREATE TABLE questions (
    program_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('marketing', 'dispute', 'erase', 'staff', 'score', 'rsvp', 'clue')),
    ref BIGINT NOT NULL DEFAULT 0,
    asked_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    answer TEXT NOT NULL DEFAULT '',
    answered_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (program_id, id),
    FOREIGN KEY (program_id, member_id) REFERENCES members (program_id, id)
);
CREATE UNIQUE INDEX questions_open ON questions (program_id, member_id, kind) WHERE answered_at = 0;

CREATE TABLE campaigns (
    program_id BIGINT NOT NULL REFERENCES programs (id),
    id BIGINT NOT NULL,
    name TEXT NOT NULL CHECK (name <> ''),
    recipe TEXT NOT NULL,
    words TEXT NOT NULL, -- JSON: language to words
    offer TEXT NOT NULL DEFAULT '{}', -- JSON: voucher terms
    audience TEXT NOT NULL DEFAULT '{}', -- JSON
    calendar TEXT NOT NULL, -- JSON
    holdout BIGINT NOT NULL DEFAULT 0 CHECK (holdout BETWEEN 0 AND 90), -- per cent
    version BIGINT NOT NULL DEFAULT 1,
    state TEXT NOT NULL CHECK (state IN ('draft', 'active', 'paused', 'ended', 'cancelled')),
    created_at BIGINT NOT NULL,
    active_at BIGINT NOT NULL DEFAULT 0, -- nothing before it is made up
    PRIMARY KEY (program_id, id)
);
CREATE UNIQUE INDEX campaigns_name ON campaigns (program_id, name);

CREATE TABLE runs (
    program_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    campaign_id BIGINT NOT NULL,
    occurrence TEXT NOT NULL, -- local date of the program, or 'once'
    state TEXT NOT NULL CHECK (state IN ('planning', 'running', 'paused', 'done', 'cancelled', 'missed')),
    cursor BIGINT NOT NULL DEFAULT 0, -- last member planned
    version BIGINT NOT NULL, -- of the campaign, frozen
    frozen TEXT NOT NULL DEFAULT '', -- JSON of words, offer, audience as they were
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL DEFAULT 0, -- end of the offer, exclusive; 0: none
    planned_at BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    done_at BIGINT NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (program_id, id),
    FOREIGN KEY (program_id, campaign_id) REFERENCES campaigns (program_id, id)
);
CREATE UNIQUE INDEX runs_occurrence ON runs (program_id, campaign_id, occurrence);
CREATE INDEX runs_live ON runs (program_id, state);

CREATE TABLE ticks (
    program_id BIGINT NOT NULL PRIMARY KEY,
    last_at BIGINT NOT NULL
);

-- +goose Down
DROP TABLE ticks;
DROP TABLE runs;
DROP TABLE campaigns;
DROP TABLE questions;
DROP TABLE spend_days;
DROP TABLE text_days;
DROP TABLE holds;
DROP TABLE callbacks;
DROP TABLE kept_keys;
DROP TABLE messages;
DROP TABLE inbound;
DROP TABLE parked;
DROP TABLE refunds;
DROP TABLE purchase_lines;
DROP TABLE purchases;
DROP TABLE wrong_codes;
DROP TABLE vouchers;
DROP TABLE rewards;
DROP TABLE lot_moves;
DROP TABLE lots;
DROP TABLE entries;
DROP TABLE rules;
DROP TABLE seals;
DROP TABLE audits;
DROP TABLE consents;
DROP TABLE cards;
DROP TABLE members;
DROP TABLE phones;
DROP TABLE staff;
DROP TABLE tills;
DROP TABLE senders;
DROP TABLE stores;
DROP TABLE programs;
DROP TABLE keys;
DROP TABLE id_blocks;
