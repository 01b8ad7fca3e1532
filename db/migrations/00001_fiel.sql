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
    never_earns TEXT NOT NULL DEFAULT '[]', -- JSON: categories beside gift_card and delivery that earn nothing
    points_per_day BIGINT NOT NULL DEFAULT 0 CHECK (points_per_day BETWEEN 0 AND 1000000000), -- of purchases, a member; 0: no cap
    movements_per_day BIGINT NOT NULL DEFAULT 5 CHECK (movements_per_day BETWEEN 0 AND 1000), -- of a member at a till: the owner is told; 0: never
    point_value BIGINT NOT NULL DEFAULT 0 CHECK (point_value BETWEEN 0 AND 1000000000), -- what stores owe one another for a point, thousandths of a minor unit
    expiry TEXT NOT NULL DEFAULT 'none' CHECK (expiry IN ('none', 'rolling', 'inactivity')),
    expiry_months BIGINT NOT NULL DEFAULT 0 CHECK (expiry_months BETWEEN 0 AND 120),
    expiry_proof BOOLEAN NOT NULL DEFAULT FALSE, -- points lapse only after a warning that was delivered
    expiry_warn_days BIGINT NOT NULL DEFAULT 14 CHECK (expiry_warn_days BETWEEN 0 AND 90), -- 0: no warning
    expiry_was TEXT NOT NULL DEFAULT 'none' CHECK (expiry_was IN ('none', 'rolling', 'inactivity')), -- the rule before the last change
    expiry_was_months BIGINT NOT NULL DEFAULT 0,
    expiry_changed_at BIGINT NOT NULL DEFAULT 0,
    expiry_gen BIGINT NOT NULL DEFAULT 0, -- one more with each change; lots of a lower one are dated anew
    expiry_dated_gen BIGINT NOT NULL DEFAULT 0, -- all lots have at least this one
    tier_by TEXT NOT NULL DEFAULT 'points' CHECK (tier_by IN ('points', 'money')),
    tier_window TEXT NOT NULL DEFAULT 'year' CHECK (tier_window IN ('year', 'rolling', 'lifetime')),
    tier_grace_days BIGINT NOT NULL DEFAULT 0 CHECK (tier_grace_days BETWEEN 0 AND 366),
    tier_swept BIGINT NOT NULL DEFAULT 9007199254740991, -- members up to this id were looked at since the levels changed
    texts_per_day BIGINT NOT NULL DEFAULT 1 CHECK (texts_per_day BETWEEN 0 AND 100),
    texts_per_week BIGINT NOT NULL DEFAULT 3 CHECK (texts_per_week BETWEEN 0 AND 500),
    parts_per_day BIGINT NOT NULL DEFAULT 20000 CHECK (parts_per_day BETWEEN 0 AND 1000000000), -- spend cap, in billed parts
    closed_days TEXT NOT NULL DEFAULT '[]', -- JSON: dates without promotions, each year ("12-25") or once ("2027-03-05")
    prices TEXT NOT NULL DEFAULT '{}', -- JSON: country to the price of a part, millionths of price_unit; before the table's
    price_unit TEXT NOT NULL DEFAULT 'USD' CHECK (LENGTH(price_unit) = 3),
    public_url TEXT NOT NULL DEFAULT '', -- https://shop.example: where the process that serves says it is reached; links in texts begin with it
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
    redeem_share BIGINT NOT NULL DEFAULT 100 CHECK (redeem_share BETWEEN 1 AND 100), -- per cent of a sale that vouchers may pay
    redeem_sale BIGINT NOT NULL DEFAULT 0 CHECK (redeem_sale BETWEEN 0 AND 1000000000000), -- smallest sale a voucher is taken on, minor units
    redeem_points BIGINT NOT NULL DEFAULT 0 CHECK (redeem_points BETWEEN 0 AND 1000000000), -- fewest points a bought voucher may have cost
    redeem_approval BIGINT NOT NULL DEFAULT 0 CHECK (redeem_approval BETWEEN 0 AND 1000000000000), -- value above which a second person approves, minor units; 0: never
    reversal_minutes BIGINT NOT NULL DEFAULT 30 CHECK (reversal_minutes BETWEEN 0 AND 10080), -- in which the use of a voucher may be undone
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
    kind TEXT NOT NULL DEFAULT '' CHECK (kind IN ('', 'long', 'mobile', 'toll_free', 'short', 'service')), -- '' = not said
    countries TEXT NOT NULL DEFAULT '', -- whose numbers it texts, "MX,US"; '' = all that no other one of the program has
    push_consent BOOLEAN NOT NULL DEFAULT FALSE, -- tell the provider's consent list who left and who came back
    restored_from BIGINT NOT NULL DEFAULT 0, -- time of the backup it came back with, until the stops since were read
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
    kind TEXT NOT NULL DEFAULT 'standard' CHECK (kind IN ('standard', 'text')), -- text: sales that staff of the store text
    path TEXT NOT NULL CHECK (path <> ''), -- its part of the webhook URL: program and random letters
    secret TEXT NOT NULL, -- sealed
    next_secret TEXT NOT NULL DEFAULT '', -- sealed; a second live one while a key is changed
    revoked_at BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (program_id, id),
    FOREIGN KEY (program_id, store_id) REFERENCES stores (program_id, id)
);
CREATE UNIQUE INDEX tills_text ON tills (program_id, store_id) WHERE kind = 'text';
CREATE UNIQUE INDEX tills_path ON tills (program_id, path);
CREATE UNIQUE INDEX tills_name ON tills (program_id, store_id, name);

CREATE TABLE staff (
    program_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    store_id BIGINT NOT NULL DEFAULT 0,
    name TEXT NOT NULL CHECK (name <> ''),
    role TEXT NOT NULL CHECK (role IN ('cashier', 'manager', 'owner')),
    phone TEXT NOT NULL DEFAULT '',
    hash TEXT NOT NULL DEFAULT '', -- the key of its row in phones
    language TEXT NOT NULL DEFAULT '',
    asked_at BIGINT NOT NULL DEFAULT 0, -- when the phone was last asked whether it is theirs
    verified_at BIGINT NOT NULL DEFAULT 0, -- when it said so
    tell_runs BOOLEAN NOT NULL DEFAULT FALSE, -- wants a text when a run starts
    left_at BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (program_id, id),
    FOREIGN KEY (program_id) REFERENCES programs (id)
);
CREATE UNIQUE INDEX staff_phone ON staff (program_id, phone) WHERE phone <> '';

-- staff_asks is what somebody on the staff was answered by text and can say yes to within minutes: ENVIAR 412.
CREATE TABLE staff_asks (
    program_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    staff_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    ref BIGINT NOT NULL DEFAULT 0, -- what it is about, a campaign for example
    number BIGINT NOT NULL DEFAULT 0, -- the number that has to be typed
    asked_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL, -- exclusive
    done_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (program_id, id),
    FOREIGN KEY (program_id, staff_id) REFERENCES staff (program_id, id)
);
CREATE UNIQUE INDEX staff_asks_open ON staff_asks (program_id, staff_id, kind) WHERE done_at = 0;
CREATE INDEX staff_asks_staff ON staff_asks (program_id, staff_id, kind, id);

-- notices are what the owner was told of, each once.
CREATE TABLE notices (
    program_id BIGINT NOT NULL REFERENCES programs (id),
    id BIGINT NOT NULL,
    kind TEXT NOT NULL, -- run_missed, run_stopped, sender_stopped, spend_50, spend_80, low_score ...
    subject TEXT NOT NULL, -- what it is about: run:7, sender:3, day:2027-03-05
    words TEXT NOT NULL DEFAULT '', -- in the program's language
    key TEXT NOT NULL DEFAULT '', -- of the text the owners get
    fields TEXT NOT NULL DEFAULT '{}', -- JSON: what stands in it
    at BIGINT NOT NULL,
    told_at BIGINT NOT NULL DEFAULT 0, -- when the owners' texts were queued
    seen_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (program_id, id)
);
CREATE UNIQUE INDEX notices_once ON notices (program_id, kind, subject);
CREATE INDEX notices_untold ON notices (program_id, id) WHERE told_at = 0;
CREATE INDEX notices_unseen ON notices (program_id, id) WHERE seen_at = 0;

-- phones is the row that every write about a number takes first. It holds no number, only its keyed hash.
CREATE TABLE phones (
    program_id BIGINT NOT NULL REFERENCES programs (id),
    hash TEXT NOT NULL,
    touched BIGINT NOT NULL,
    stopped_at BIGINT NOT NULL DEFAULT 0,
    health TEXT NOT NULL DEFAULT '' CHECK (health IN ('', 'bad', 'landline', 'confirm', 'suspect')),
    suppressed_at BIGINT NOT NULL DEFAULT 0, -- kept after erasure
    formerly BIGINT NOT NULL DEFAULT 0, -- the member who had the number last, until it changed hands
    no_bonus_until BIGINT NOT NULL DEFAULT 0, -- who joins with it before gets no join bonus: it had one
    replies BIGINT NOT NULL DEFAULT 0, -- loop guard: replies since replies_since
    replies_since BIGINT NOT NULL DEFAULT 0,
    helps BIGINT NOT NULL DEFAULT 0, -- help lines on helps_day
    helps_day TEXT NOT NULL DEFAULT '',
    told_day TEXT NOT NULL DEFAULT '', -- the day the "write ALTA" line went out after a stop
    provider TEXT NOT NULL DEFAULT '' CHECK (provider IN ('', 'stopped', 'started')), -- what the provider's own list says of it, as far as we heard
    provider_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (program_id, hash)
);
CREATE INDEX phones_refused ON phones (program_id, provider_at) WHERE provider = 'stopped';

-- consent_pushes waits for the provider's consent list to hear of a stop or a return. The number itself is in the text that said so.
CREATE TABLE consent_pushes (
    program_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    sender_id BIGINT NOT NULL,
    inbound_id BIGINT NOT NULL,
    given BOOLEAN NOT NULL,
    at BIGINT NOT NULL,
    tries BIGINT NOT NULL DEFAULT 0,
    next_at BIGINT NOT NULL,
    done_at BIGINT NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT '' CHECK (reason IN ('', 'superseded', 'erased', 'off', 'failed')), -- why it was done without being told
    error TEXT NOT NULL DEFAULT '', -- what the provider said last
    PRIMARY KEY (program_id, id)
);
CREATE UNIQUE INDEX consent_pushes_once ON consent_pushes (program_id, inbound_id);
CREATE INDEX consent_pushes_open ON consent_pushes (program_id, next_at) WHERE done_at = 0;
CREATE INDEX consent_pushes_failed ON consent_pushes (program_id, id) WHERE reason = 'failed';

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
    active_at BIGINT NOT NULL DEFAULT 0, -- last entry that was no lapse: points that go by inactivity live from here
    tier_id BIGINT NOT NULL DEFAULT 0,
    tier_since BIGINT NOT NULL DEFAULT 0,
    tier_until BIGINT NOT NULL DEFAULT 0, -- exclusive; when the level is looked at again, 0: never
    tier_given_id BIGINT NOT NULL DEFAULT 0, -- a level that was brought over or given: the member has at least this one
    tier_given_until BIGINT NOT NULL DEFAULT 0, -- exclusive
    channel TEXT NOT NULL DEFAULT '', -- the code they joined with
    formerly BIGINT NOT NULL DEFAULT 0, -- the member who had this number before it changed hands
    last_purchase_id BIGINT NOT NULL DEFAULT 0,
    last_purchase_at BIGINT NOT NULL DEFAULT 0,
    purchases BIGINT NOT NULL DEFAULT 0,
    rfm BIGINT NOT NULL DEFAULT 0 CHECK (rfm BETWEEN 0 AND 555), -- recency, frequency and money, 1 to 5 each, as of the last night; 0: never bought
    touched BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (program_id, id)
);
CREATE UNIQUE INDEX members_phone ON members (program_id, phone) WHERE phone <> '';
CREATE INDEX members_hash ON members (program_id, hash) WHERE hash <> '';
CREATE INDEX members_birthday ON members (program_id, birth_month, birth_day) WHERE birth_month <> 0;
CREATE INDEX members_joined ON members (program_id, joined_at);
CREATE INDEX members_last_purchase ON members (program_id, last_purchase_at);
CREATE INDEX members_tier_due ON members (program_id, tier_until) WHERE tier_until <> 0;
CREATE INDEX members_left ON members (program_id, left_at) WHERE left_at <> 0;
CREATE INDEX members_channel ON members (program_id, channel) WHERE channel <> '';
CREATE INDEX members_merged ON members (program_id, merged_into) WHERE merged_into <> 0;
-- All that an audience asks of a member's own row, in the order in which runs go through it: a million are asked without reading their rows.
CREATE INDEX members_audience ON members (program_id, id, store_id, tier_id, language, joined_at, last_purchase_id, last_purchase_at, purchases,
    balance, birth_month, rfm, tag, channel, service, marketing, left_at, erased_at, merged_into, phone) WHERE phone <> '' AND erased_at = 0 AND merged_into = 0;

CREATE TABLE cards (
    program_id BIGINT NOT NULL,
    code TEXT NOT NULL,
    member_id BIGINT NOT NULL DEFAULT 0, -- 0: printed, not yet handed out
    created_at BIGINT NOT NULL,
    given_at BIGINT NOT NULL DEFAULT 0,
    lost_at BIGINT NOT NULL DEFAULT 0, -- stands for nobody any more
    PRIMARY KEY (program_id, code)
);
CREATE INDEX cards_member ON cards (program_id, member_id) WHERE member_id <> 0;

-- number_changes waits for a member to prove a new number by texting the code from it.
CREATE TABLE number_changes (
    program_id BIGINT NOT NULL,
    code TEXT NOT NULL,
    member_id BIGINT NOT NULL,
    hash TEXT NOT NULL, -- of the new number
    asked_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    done_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (program_id, code),
    FOREIGN KEY (program_id, member_id) REFERENCES members (program_id, id)
);
CREATE INDEX number_changes_member ON number_changes (program_id, member_id);

-- data_links lets a member read what is kept of them, for a day, by a link that was texted. The link itself is not here.
CREATE TABLE data_links (
    program_id BIGINT NOT NULL,
    token_hash TEXT NOT NULL,
    member_id BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (program_id, token_hash),
    FOREIGN KEY (program_id, member_id) REFERENCES members (program_id, id)
);
CREATE INDEX data_links_member ON data_links (program_id, member_id);

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
CREATE INDEX consents_member ON consents (program_id, member_id, at, id);
CREATE INDEX consents_at ON consents (program_id, at);

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
CREATE INDEX audits_at ON audits (program_id, at, id);

-- seals says what the ledger and the records held at the end of a day (UTC), so that a row that is changed later is found.
CREATE TABLE seals (
    program_id BIGINT NOT NULL,
    day TEXT NOT NULL,
    rows_sealed BIGINT NOT NULL,
    parts TEXT NOT NULL, -- a line for each table: its name, its rows of that day, their SHA-256
    hash TEXT NOT NULL, -- SHA-256 of the parts and of the seal before
    PRIMARY KEY (program_id, day)
);

CREATE TABLE rules (
    program_id BIGINT NOT NULL REFERENCES programs (id),
    id BIGINT NOT NULL,
    name TEXT NOT NULL CHECK (name <> ''),
    kind TEXT NOT NULL CHECK (kind IN ('amount', 'quantity', 'visit', 'stamp', 'tender', 'window', 'campaign')),
    step BIGINT NOT NULL DEFAULT 0 CHECK (step BETWEEN 0 AND 1000000000000), -- amount: minor units; quantity: things; stamp: stamps that fill the card
    points BIGINT NOT NULL DEFAULT 0 CHECK (points BETWEEN 0 AND 1000000),
    times BIGINT NOT NULL DEFAULT 1000 CHECK (times BETWEEN 1000 AND 10000), -- multipliers: thousandths
    carries BOOLEAN NOT NULL DEFAULT FALSE,
    minimum BIGINT NOT NULL DEFAULT 0 CHECK (minimum BETWEEN 0 AND 1000000000000),
    main BOOLEAN NOT NULL DEFAULT FALSE, -- the carry belongs to this one
    categories TEXT NOT NULL DEFAULT '[]', -- JSON: lines it counts for; with products both empty: all
    products TEXT NOT NULL DEFAULT '[]', -- JSON: sku
    stores TEXT NOT NULL DEFAULT '[]', -- JSON: ids, empty: all
    tiers TEXT NOT NULL DEFAULT '[]', -- JSON: ids of levels whose members it counts for, empty: everybody
    tender TEXT NOT NULL DEFAULT '',
    weekdays TEXT NOT NULL DEFAULT '[]', -- JSON: mon tue wed thu fri sat sun, empty: all
    from_minute BIGINT NOT NULL DEFAULT 0 CHECK (from_minute BETWEEN 0 AND 1439),
    until_minute BIGINT NOT NULL DEFAULT 0 CHECK (until_minute BETWEEN 0 AND 1440), -- exclusive; up to from_minute: over midnight; both 0: all day
    starts_day TEXT NOT NULL DEFAULT '', -- local day of the store, included; '' = from the start
    ends_day TEXT NOT NULL DEFAULT '', -- included; '' = no end
    gap_minutes BIGINT NOT NULL DEFAULT 0 CHECK (gap_minutes BETWEEN 0 AND 525600), -- visit, stamp: since the last visit that earned
    counts TEXT NOT NULL DEFAULT 'visit' CHECK (counts IN ('visit', 'item')), -- stamp: one a visit, or one for each thing
    reward_id BIGINT NOT NULL DEFAULT 0, -- stamp: what a full card gives
    created_at BIGINT NOT NULL,
    retired_at BIGINT NOT NULL DEFAULT 0, -- kept: a refund is judged by the rules of its sale's day
    PRIMARY KEY (program_id, id),
    CHECK (kind NOT IN ('amount', 'quantity', 'stamp') OR step > 0),
    CHECK (kind NOT IN ('amount', 'quantity', 'visit') OR points > 0)
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
    breakdown TEXT NOT NULL DEFAULT '', -- JSON: rules, basis and multipliers that made it
    PRIMARY KEY (program_id, id),
    FOREIGN KEY (program_id, member_id) REFERENCES members (program_id, id)
);
CREATE UNIQUE INDEX entries_seq ON entries (program_id, member_id, seq);
CREATE UNIQUE INDEX entries_source ON entries (program_id, kind, source);
CREATE INDEX entries_at ON entries (program_id, at, id);

CREATE TABLE lots (
    program_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    entry_id BIGINT NOT NULL,
    points BIGINT NOT NULL CHECK (points > 0),
    "left" BIGINT NOT NULL CHECK ("left" BETWEEN 0 AND points),
    expires_at BIGINT NOT NULL DEFAULT 0, -- 0: never
    expires_first BIGINT NOT NULL DEFAULT 9007199254740991, -- expires_at, or the last instant when it never does: the order of spending
    lapses_at BIGINT NOT NULL DEFAULT 9007199254740991, -- from here on they are gone: expires_first, or later where a warning has to have arrived
    gen BIGINT NOT NULL DEFAULT 0, -- the program's expiry_gen that dated it
    warned BOOLEAN NOT NULL DEFAULT FALSE, -- of its day
    created_at BIGINT NOT NULL,
    PRIMARY KEY (program_id, id),
    FOREIGN KEY (program_id, member_id) REFERENCES members (program_id, id),
    FOREIGN KEY (program_id, entry_id) REFERENCES entries (program_id, id)
);
CREATE INDEX lots_due ON lots (program_id, lapses_at) WHERE "left" > 0 AND lapses_at < 9007199254740991;
CREATE INDEX lots_unwarned ON lots (program_id, expires_first) WHERE "left" > 0 AND NOT warned AND expires_first < 9007199254740991;
CREATE INDEX lots_stale ON lots (program_id, gen) WHERE "left" > 0;
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

-- expiry_warnings says which points a member was warned of, by which text.
CREATE TABLE expiry_warnings (
    program_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    expires_at BIGINT NOT NULL, -- of the lots it speaks of
    points BIGINT NOT NULL CHECK (points > 0),
    message_id BIGINT NOT NULL DEFAULT 0, -- the last text; 0: nobody could be texted
    tries BIGINT NOT NULL DEFAULT 0, -- texts so far
    warned_at BIGINT NOT NULL, -- of the last try
    delivered_at BIGINT NOT NULL DEFAULT 0,
    look_at BIGINT NOT NULL DEFAULT 0, -- when its delivery is looked at next, 0: not any more
    PRIMARY KEY (program_id, member_id, expires_at),
    FOREIGN KEY (program_id, member_id) REFERENCES members (program_id, id)
);
CREATE INDEX expiry_warnings_ends ON expiry_warnings (program_id, expires_at);
CREATE INDEX expiry_warnings_look ON expiry_warnings (program_id, look_at) WHERE look_at <> 0;

-- point_days counts the points of purchases against the cap of a member and day. Refunds free no room.
CREATE TABLE point_days (
    program_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    day TEXT NOT NULL, -- the store's
    n BIGINT NOT NULL CHECK (n >= 0),
    PRIMARY KEY (program_id, member_id, day)
);

-- visits are those that counted for a rule with a gap between visits: each rule has a gap of its own.
CREATE TABLE visits (
    program_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    rule_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    purchase_id BIGINT NOT NULL,
    PRIMARY KEY (program_id, member_id, rule_id, at, purchase_id)
);

CREATE TABLE tiers (
    program_id BIGINT NOT NULL REFERENCES programs (id),
    id BIGINT NOT NULL,
    name TEXT NOT NULL CHECK (name <> '' AND LENGTH(name) <= 20),
    threshold BIGINT NOT NULL CHECK (threshold BETWEEN 1 AND 1000000000000), -- points, or minor units
    times BIGINT NOT NULL DEFAULT 1000 CHECK (times BETWEEN 1000 AND 10000), -- its multiplier, thousandths
    entry_points BIGINT NOT NULL DEFAULT 0 CHECK (entry_points BETWEEN 0 AND 1000000),
    entry_reward_id BIGINT NOT NULL DEFAULT 0,
    early_minutes BIGINT NOT NULL DEFAULT 0 CHECK (early_minutes BETWEEN 0 AND 525600), -- before others may have a reward or a sale
    created_at BIGINT NOT NULL,
    retired_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (program_id, id)
);
CREATE UNIQUE INDEX tiers_name ON tiers (program_id, name) WHERE retired_at = 0;
CREATE UNIQUE INDEX tiers_threshold ON tiers (program_id, threshold) WHERE retired_at = 0;

-- tier_days is what counts for a level, by the local day it was earned on, net of refunds.
CREATE TABLE tier_days (
    program_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    day TEXT NOT NULL,
    points BIGINT NOT NULL DEFAULT 0,
    money BIGINT NOT NULL DEFAULT 0, -- earning money, minor units
    PRIMARY KEY (program_id, member_id, day)
);
-- What everybody earned in the last days is read without the years before.
CREATE INDEX tier_days_day ON tier_days (program_id, day);

-- tier_moves is the history of levels, append-only: one row a step, also for levels that were skipped.
CREATE TABLE tier_moves (
    program_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    tier_id BIGINT NOT NULL, -- the level reached, or fallen back to; 0: none
    up BOOLEAN NOT NULL,
    gift BOOLEAN NOT NULL DEFAULT FALSE, -- its entry reward was given
    at BIGINT NOT NULL,
    PRIMARY KEY (program_id, id),
    FOREIGN KEY (program_id, member_id) REFERENCES members (program_id, id)
);
CREATE INDEX tier_moves_at ON tier_moves (program_id, at);
CREATE INDEX tier_moves_member ON tier_moves (program_id, member_id, tier_id, at);

-- stamp_cards is what a member has on a card; below zero is a debt. stamp_moves is its history, append-only.
CREATE TABLE stamp_cards (
    program_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    rule_id BIGINT NOT NULL,
    stamps BIGINT NOT NULL CHECK (stamps BETWEEN -1000000 AND 1000000),
    PRIMARY KEY (program_id, member_id, rule_id)
);
CREATE TABLE stamp_moves (
    program_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    rule_id BIGINT NOT NULL,
    delta BIGINT NOT NULL CHECK (delta <> 0),
    stamps_after BIGINT NOT NULL,
    source TEXT NOT NULL CHECK (source <> ''), -- purchase:7, refund:8, voucher:9
    purchase_id BIGINT NOT NULL DEFAULT 0,
    voucher_id BIGINT NOT NULL DEFAULT 0,
    at BIGINT NOT NULL,
    PRIMARY KEY (program_id, id),
    FOREIGN KEY (program_id, member_id) REFERENCES members (program_id, id)
);
CREATE UNIQUE INDEX stamp_moves_source ON stamp_moves (program_id, rule_id, source);
CREATE INDEX stamp_moves_at ON stamp_moves (program_id, at);
CREATE INDEX stamp_moves_member ON stamp_moves (program_id, member_id, rule_id, id);
CREATE INDEX stamp_moves_purchase ON stamp_moves (program_id, purchase_id) WHERE purchase_id <> 0;

-- actions are what points are given for beside purchases.
CREATE TABLE actions (
    program_id BIGINT NOT NULL REFERENCES programs (id),
    id BIGINT NOT NULL,
    name TEXT NOT NULL CHECK (name <> '' AND LENGTH(name) <= 40), -- PORQUE says it
    kind TEXT NOT NULL CHECK (kind IN ('join', 'referral', 'birthday', 'review', 'newsletter', 'social', 'own')),
    points BIGINT NOT NULL DEFAULT 0 CHECK (points BETWEEN 0 AND 1000000),
    friend_points BIGINT NOT NULL DEFAULT 0 CHECK (friend_points BETWEEN 0 AND 1000000), -- referral: for who was referred
    minimum BIGINT NOT NULL DEFAULT 0 CHECK (minimum BETWEEN 0 AND 1000000000000), -- referral: earning money of the friend's first purchase
    reward_id BIGINT NOT NULL DEFAULT 0, -- a voucher with it, or instead
    next_day BOOLEAN NOT NULL DEFAULT FALSE, -- the voucher is good from the next day on
    per TEXT NOT NULL DEFAULT 'lifetime' CHECK (per IN ('day', 'month', 'year', 'lifetime')),
    times BIGINT NOT NULL DEFAULT 1 CHECK (times BETWEEN 0 AND 1000000), -- how often a member may, in that span; 0: no limit. referral: friends
    total BIGINT NOT NULL DEFAULT 0 CHECK (total BETWEEN 0 AND 1000000000), -- how often in all; 0: no limit
    given BIGINT NOT NULL DEFAULT 0 CHECK (given >= 0), -- so far; counted only where there is a total, so that others do not wait for one another
    starts_at BIGINT NOT NULL DEFAULT 0,
    ends_at BIGINT NOT NULL DEFAULT 0, -- exclusive; 0: no end
    created_at BIGINT NOT NULL,
    retired_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (program_id, id)
);
CREATE UNIQUE INDEX actions_name ON actions (program_id, name) WHERE retired_at = 0;
CREATE UNIQUE INDEX actions_single ON actions (program_id, kind) WHERE retired_at = 0 AND kind IN ('join', 'referral', 'birthday');

-- codes are what people text: one of an action and a channel, or a member's own for friends. One namespace, so that no text is
-- ambiguous.
CREATE TABLE codes (
    program_id BIGINT NOT NULL,
    code TEXT NOT NULL CHECK (LENGTH(code) BETWEEN 5 AND 8),
    action_id BIGINT NOT NULL DEFAULT 0,
    member_id BIGINT NOT NULL DEFAULT 0, -- whose friends it is for
    channel TEXT NOT NULL DEFAULT '', -- instagram, poster at the door ...
    created_at BIGINT NOT NULL,
    retired_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (program_id, code)
);
CREATE UNIQUE INDEX codes_member ON codes (program_id, member_id) WHERE member_id <> 0 AND retired_at = 0;
CREATE INDEX codes_action ON codes (program_id, action_id) WHERE action_id <> 0;

-- claims are actions that were rewarded. slot numbers them within their span: the limit is the unique key.
CREATE TABLE claims (
    program_id BIGINT NOT NULL,
    action_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    span TEXT NOT NULL, -- 2027-03-05, 2027-03, 2027 or ''
    slot BIGINT NOT NULL CHECK (slot >= 1),
    source TEXT NOT NULL DEFAULT '', -- the caller's own key of the act, '' = none
    code TEXT NOT NULL DEFAULT '',
    entry_id BIGINT NOT NULL DEFAULT 0,
    voucher_id BIGINT NOT NULL DEFAULT 0,
    actor TEXT NOT NULL DEFAULT '',
    at BIGINT NOT NULL,
    PRIMARY KEY (program_id, action_id, member_id, span, slot),
    FOREIGN KEY (program_id, member_id) REFERENCES members (program_id, id)
);
CREATE UNIQUE INDEX claims_source ON claims (program_id, action_id, source) WHERE source <> '';
CREATE INDEX claims_code ON claims (program_id, code) WHERE code <> '';
CREATE INDEX claims_member ON claims (program_id, member_id);

-- referrals says who brought whom. Nobody is brought twice, and a member who brings was there before: there is no cycle.
CREATE TABLE referrals (
    program_id BIGINT NOT NULL,
    friend_id BIGINT NOT NULL, -- who was brought
    member_id BIGINT NOT NULL, -- who brought them
    state TEXT NOT NULL CHECK (state IN ('open', 'due', 'paid', 'capped', 'cancelled')), -- due: the friend has bought, the member waits for the points
    purchase_id BIGINT NOT NULL DEFAULT 0,
    at BIGINT NOT NULL,
    due_at BIGINT NOT NULL DEFAULT 0,
    paid_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (program_id, friend_id),
    CHECK (friend_id <> member_id),
    FOREIGN KEY (program_id, friend_id) REFERENCES members (program_id, id),
    FOREIGN KEY (program_id, member_id) REFERENCES members (program_id, id)
);
CREATE INDEX referrals_member ON referrals (program_id, member_id, state);
CREATE INDEX referrals_due ON referrals (program_id, due_at) WHERE state = 'due';

-- pending_credits are points by hand above the limit of one person; a second one decides.
CREATE TABLE pending_credits (
    program_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    points BIGINT NOT NULL CHECK (points <> 0),
    reason TEXT NOT NULL,
    source TEXT NOT NULL,
    store_id BIGINT NOT NULL DEFAULT 0,
    staff_id BIGINT NOT NULL DEFAULT 0,
    actor TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'given', 'refused')),
    second TEXT NOT NULL DEFAULT '', -- who decided
    at BIGINT NOT NULL,
    decided_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (program_id, id),
    FOREIGN KEY (program_id, member_id) REFERENCES members (program_id, id)
);
CREATE UNIQUE INDEX pending_credits_source ON pending_credits (program_id, source);
CREATE INDEX pending_credits_open ON pending_credits (program_id, id) WHERE state = 'open';

CREATE TABLE rewards (
    program_id BIGINT NOT NULL REFERENCES programs (id),
    id BIGINT NOT NULL,
    number BIGINT NOT NULL CHECK (number BETWEEN 0 AND 99), -- what the member texts: CANJEAR 1; 0: only given, never bought
    name TEXT NOT NULL CHECK (name <> '' AND LENGTH(name) <= 40),
    kind TEXT NOT NULL CHECK (kind IN ('percent', 'amount', 'item', 'gift_card', 'experience', 'donation', 'cashback', 'code', 'physical')),
    value BIGINT NOT NULL DEFAULT 0 CHECK (value BETWEEN 0 AND 1000000000000), -- per cent, or minor units
    cost BIGINT NOT NULL CHECK (cost BETWEEN 0 AND 1000000000), -- points
    choices TEXT NOT NULL DEFAULT '[]', -- JSON: up to three names the member chooses from
    charity TEXT NOT NULL DEFAULT '', -- donation: who gets it
    categories TEXT NOT NULL DEFAULT '[]', -- JSON: one of these, or of the products, has to be in the sale
    products TEXT NOT NULL DEFAULT '[]', -- JSON: sku
    stores TEXT NOT NULL DEFAULT '', -- ids where its vouchers are good, '' = all
    tier_id BIGINT NOT NULL DEFAULT 0, -- for members of this level and above
    automatic BOOLEAN NOT NULL DEFAULT FALSE, -- issued by itself as soon as the points are there
    next_day BOOLEAN NOT NULL DEFAULT FALSE, -- good from the day after
    starts_at BIGINT NOT NULL DEFAULT 0, -- can be had from then on; levels with early access before
    ends_at BIGINT NOT NULL DEFAULT 0, -- exclusive; 0: no end
    stock BIGINT NOT NULL DEFAULT -1 CHECK (stock >= -1), -- -1: no limit
    minimum BIGINT NOT NULL DEFAULT 0 CHECK (minimum BETWEEN 0 AND 1000000000000),
    days BIGINT NOT NULL DEFAULT 7 CHECK (days BETWEEN 1 AND 365), -- to use a voucher
    retired_at BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (program_id, id),
    CHECK (number = 0 OR cost > 0)
);
CREATE UNIQUE INDEX rewards_number ON rewards (program_id, number) WHERE retired_at = 0 AND number <> 0;
CREATE INDEX rewards_automatic ON rewards (program_id, cost) WHERE automatic AND retired_at = 0;

-- reward_codes are uploaded codes, a phone's top-up for example; each is given once.
CREATE TABLE reward_codes (
    program_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    reward_id BIGINT NOT NULL,
    code TEXT NOT NULL CHECK (code <> '' AND LENGTH(code) <= 60),
    voucher_id BIGINT NOT NULL DEFAULT 0,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (program_id, id),
    FOREIGN KEY (program_id, reward_id) REFERENCES rewards (program_id, id)
);
CREATE UNIQUE INDEX reward_codes_code ON reward_codes (program_id, reward_id, code);
CREATE INDEX reward_codes_free ON reward_codes (program_id, reward_id, id) WHERE voucher_id = 0;
CREATE UNIQUE INDEX reward_codes_voucher ON reward_codes (program_id, voucher_id) WHERE voucher_id <> 0;

CREATE TABLE vouchers (
    program_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    code TEXT NOT NULL CHECK (LENGTH(code) = 8),
    member_id BIGINT NOT NULL,
    reward_id BIGINT NOT NULL DEFAULT 0, -- 0: granted by a campaign
    run_id BIGINT NOT NULL DEFAULT 0,
    source TEXT NOT NULL DEFAULT '', -- what it was given for, once: stamp:7:2, tier:3:9 ..., '' = bought, or a run's
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('percent', 'amount', 'item', 'gift_card', 'experience', 'donation', 'cashback', 'code', 'physical')),
    value BIGINT NOT NULL DEFAULT 0,
    minimum BIGINT NOT NULL DEFAULT 0,
    choice TEXT NOT NULL DEFAULT '', -- what the member chose; donation: who gets it
    digital TEXT NOT NULL DEFAULT '', -- the uploaded code that it handed out
    words TEXT NOT NULL DEFAULT '', -- the owner's own, with a gift
    categories TEXT NOT NULL DEFAULT '[]',
    products TEXT NOT NULL DEFAULT '[]',
    cost BIGINT NOT NULL DEFAULT 0 CHECK (cost >= 0),
    stores TEXT NOT NULL DEFAULT '', -- ids where valid, '' = all
    state TEXT NOT NULL CHECK (state IN ('issued', 'reserved', 'redeemed', 'expired', 'cancelled')),
    issued_at BIGINT NOT NULL,
    valid_from BIGINT NOT NULL,
    expires_at BIGINT NOT NULL, -- exclusive
    reserved_until BIGINT NOT NULL DEFAULT 0,
    reserved_by TEXT NOT NULL DEFAULT '',
    redeemed_at BIGINT NOT NULL DEFAULT 0,
    redeem_entry BIGINT NOT NULL DEFAULT 0,
    release_entry BIGINT NOT NULL DEFAULT 0,
    purchase_id BIGINT NOT NULL DEFAULT 0,
    store_id BIGINT NOT NULL DEFAULT 0, -- where it was used
    actor TEXT NOT NULL DEFAULT '', -- who redeemed it
    approver TEXT NOT NULL DEFAULT '', -- the second person, where the store asks for one
    disputed_at BIGINT NOT NULL DEFAULT 0,
    settled_at BIGINT NOT NULL DEFAULT 0, -- the dispute
    settlement TEXT NOT NULL DEFAULT '' CHECK (settlement IN ('', 'returned', 'upheld')),
    dispute_entry BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (program_id, id),
    FOREIGN KEY (program_id, member_id) REFERENCES members (program_id, id)
);
CREATE UNIQUE INDEX vouchers_code ON vouchers (program_id, code);
CREATE UNIQUE INDEX vouchers_source ON vouchers (program_id, source) WHERE source <> '';
CREATE INDEX vouchers_disputed ON vouchers (program_id, disputed_at) WHERE disputed_at <> 0;
CREATE INDEX vouchers_open_disputes ON vouchers (program_id, disputed_at) WHERE disputed_at <> 0 AND settled_at = 0;
CREATE INDEX vouchers_redeemed ON vouchers (program_id, redeemed_at) WHERE redeemed_at <> 0;
CREATE UNIQUE INDEX vouchers_run ON vouchers (program_id, run_id, member_id) WHERE run_id <> 0;
CREATE INDEX vouchers_member ON vouchers (program_id, member_id, id);
CREATE INDEX vouchers_purchase ON vouchers (program_id, purchase_id) WHERE purchase_id <> 0;
CREATE INDEX vouchers_due ON vouchers (program_id, expires_at) WHERE state IN ('issued', 'reserved');

-- takings are the points that stores took for vouchers, append-only: one row a use, and one more when it was undone. With the lots of
-- the entry they say what the stores of a coalition owe one another.
CREATE TABLE takings (
    program_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    voucher_id BIGINT NOT NULL,
    entry_id BIGINT NOT NULL, -- that took the points
    store_id BIGINT NOT NULL DEFAULT 0, -- where the voucher was used, 0: at none
    undone BOOLEAN NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (program_id, id),
    FOREIGN KEY (program_id, voucher_id) REFERENCES vouchers (program_id, id),
    FOREIGN KEY (program_id, entry_id) REFERENCES entries (program_id, id)
);
CREATE INDEX takings_at ON takings (program_id, at);

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
    state TEXT NOT NULL CHECK (state IN ('credited', 'held', 'dropped', 'test', 'currency', 'anonymous', 'review', 'imported', 'matched')), -- review: reported over 7 days late; matched: the same sale as twin_id, counted there
    twin_id BIGINT NOT NULL DEFAULT 0, -- the other report of the same sale: staff texted it and the till reported it
    ticket TEXT NOT NULL DEFAULT '', -- its number on the receipt, where it is known
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
    facts TEXT NOT NULL DEFAULT '', -- JSON: how it was paid, and what of the member and the moment counted; a refund is judged by it
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
CREATE INDEX purchases_held_at ON purchases (program_id, occurred_at) WHERE state = 'held';
CREATE INDEX purchases_review ON purchases (program_id, hash) WHERE state = 'review';
CREATE INDEX purchases_member ON purchases (program_id, member_id, occurred_at, state, money, refunded); -- what was spent is read from it alone
CREATE INDEX purchases_matched ON purchases (program_id, id) WHERE state = 'matched';
CREATE INDEX purchases_received ON purchases (program_id, received_at);
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
    returned BIGINT NOT NULL DEFAULT 0 CHECK (returned BETWEEN 0 AND amount), -- of it given back so far, minor units
    returned_quantity BIGINT NOT NULL DEFAULT 0 CHECK (returned_quantity BETWEEN 0 AND quantity),
    PRIMARY KEY (program_id, purchase_id, n),
    FOREIGN KEY (program_id, purchase_id) REFERENCES purchases (program_id, id)
);

-- bought says who bought what last, for audiences: a product by its sku, or a category.
CREATE TABLE bought (
    program_id BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('product', 'category')),
    name TEXT NOT NULL CHECK (name <> ''),
    member_id BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    times BIGINT NOT NULL CHECK (times >= 0), -- purchases it was in
    PRIMARY KEY (program_id, member_id, kind, name)
);
CREATE INDEX bought_name ON bought (program_id, kind, name, member_id, last_at, times);

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
CREATE INDEX refunds_sale ON refunds (program_id, purchase_id) WHERE purchase_id <> 0;
CREATE INDEX refunds_body ON refunds (program_id, received_at) WHERE body <> '';

-- voucher_events remembers what a till was answered when it asked to reserve, use or give back a voucher: the same again is answered so.
CREATE TABLE voucher_events (
    program_id BIGINT NOT NULL,
    till_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    ref TEXT NOT NULL CHECK (ref <> ''), -- the till's own id of what it asked
    meant TEXT NOT NULL,
    voucher_id BIGINT NOT NULL DEFAULT 0,
    answer TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (program_id, till_id, kind, ref),
    FOREIGN KEY (program_id, till_id) REFERENCES tills (program_id, id)
);

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
CREATE INDEX inbound_member ON inbound (program_id, member_id, id) WHERE member_id <> 0;
CREATE INDEX inbound_at ON inbound (program_id, at);
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
    wording TEXT NOT NULL DEFAULT '' CHECK (wording IN ('', 'a', 'b')), -- of a campaign with two
    staff_id BIGINT NOT NULL DEFAULT 0, -- to somebody on the staff, not to a member
    about_id BIGINT NOT NULL DEFAULT 0, -- the member whom a text to staff names: it goes with them
    PRIMARY KEY (program_id, id)
);
-- With the run before the time, the rows of a run that is held are passed over in one step.
CREATE INDEX messages_claim ON messages (sender_id, class, run_id, send_after, id) WHERE state = 'queued';
CREATE UNIQUE INDEX messages_inbound ON messages (program_id, inbound_id) WHERE inbound_id <> 0;
CREATE UNIQUE INDEX messages_once ON messages (program_id, member_id, once) WHERE once <> '';
CREATE UNIQUE INDEX messages_sid ON messages (program_id, sid) WHERE sid <> '';
CREATE INDEX messages_open ON messages (program_id, state, lease) WHERE state IN ('sending', 'unknown');
CREATE INDEX messages_hash ON messages (program_id, hash) WHERE state = 'queued';
CREATE INDEX messages_run ON messages (program_id, run_id, state, member_id) WHERE run_id <> 0;
CREATE INDEX messages_erased ON messages (program_id, id) WHERE topic = 'erased' AND phone <> '';
CREATE INDEX messages_member ON messages (program_id, member_id, id);
CREATE INDEX messages_about ON messages (program_id, about_id) WHERE about_id <> 0;

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
    kind TEXT NOT NULL CHECK (kind IN ('marketing', 'dispute', 'erase', 'staff', 'score', 'rsvp', 'clue', 'choice', 'reset', 'spin', 'comment')),
    ref BIGINT NOT NULL DEFAULT 0,
    asked_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    answer TEXT NOT NULL DEFAULT '',
    answered_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (program_id, id),
    FOREIGN KEY (program_id, member_id) REFERENCES members (program_id, id)
);
CREATE UNIQUE INDEX questions_open ON questions (program_id, member_id, kind) WHERE answered_at = 0;
-- A text of a campaign asks once.
CREATE UNIQUE INDEX questions_asked ON questions (program_id, member_id, kind, ref) WHERE kind IN ('score', 'rsvp', 'clue', 'spin');

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
    words_b TEXT NOT NULL DEFAULT '{}', -- JSON: the second wording, for half of the audience
    steps TEXT NOT NULL DEFAULT '[]', -- JSON: the texts of a series, each with its time
    game TEXT NOT NULL DEFAULT '{}', -- JSON: wheel, treasure hunt, survey or invitation that answers belong to
    parts_cap BIGINT NOT NULL DEFAULT 0 CHECK (parts_cap BETWEEN 0 AND 1000000000), -- billed parts in all its runs; 0: no cap of its own
    as_many BOOLEAN NOT NULL DEFAULT FALSE, -- goes to as many as fit before its end
    made_by TEXT NOT NULL DEFAULT '', -- cli:ana, staff:7
    changed_at BIGINT NOT NULL DEFAULT 0,
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
    asks TEXT NOT NULL DEFAULT '', -- the kind of question that its texts ask, '' = none
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

-- rfm_nights is how far the scores of a program's members have come on a day.
CREATE TABLE rfm_nights (
    program_id BIGINT NOT NULL PRIMARY KEY REFERENCES programs (id),
    day TEXT NOT NULL,
    phase TEXT NOT NULL DEFAULT 'counts' CHECK (phase IN ('counts', 'scores', 'done')),
    cursor BIGINT NOT NULL DEFAULT 0, -- last member looked at
    counts TEXT NOT NULL DEFAULT '{}' -- JSON: how many members have a value
);

-- campaign_spend counts the parts of a campaign's runs, texts that still wait included.
CREATE TABLE campaign_spend (
    program_id BIGINT NOT NULL,
    campaign_id BIGINT NOT NULL,
    n BIGINT NOT NULL CHECK (n >= 0),
    PRIMARY KEY (program_id, campaign_id)
);

-- game_counts is what a run's game has given away of what is limited: a prize, or places.
CREATE TABLE game_counts (
    program_id BIGINT NOT NULL,
    run_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    n BIGINT NOT NULL CHECK (n >= 0),
    PRIMARY KEY (program_id, run_id, name)
);

-- spins: one a member and run.
CREATE TABLE spins (
    program_id BIGINT NOT NULL,
    run_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    prize TEXT NOT NULL,
    voucher_id BIGINT NOT NULL DEFAULT 0,
    entry_id BIGINT NOT NULL DEFAULT 0,
    at BIGINT NOT NULL,
    PRIMARY KEY (program_id, run_id, member_id),
    FOREIGN KEY (program_id, member_id) REFERENCES members (program_id, id)
);
CREATE INDEX spins_member ON spins (program_id, member_id);

-- hunts is how far a member has come in a treasure hunt.
CREATE TABLE hunts (
    program_id BIGINT NOT NULL,
    run_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    step BIGINT NOT NULL CHECK (step >= 0), -- clues solved
    tries BIGINT NOT NULL DEFAULT 0, -- wrong ones on tries_day
    tries_day TEXT NOT NULL DEFAULT '',
    won BOOLEAN NOT NULL DEFAULT FALSE, -- found it while there was a prize
    voucher_id BIGINT NOT NULL DEFAULT 0,
    started_at BIGINT NOT NULL,
    done_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (program_id, run_id, member_id),
    FOREIGN KEY (program_id, member_id) REFERENCES members (program_id, id)
);
CREATE INDEX hunts_member ON hunts (program_id, member_id);

-- scores are answers to surveys.
CREATE TABLE scores (
    program_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    run_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    once TEXT NOT NULL, -- of the text that asked
    score BIGINT NOT NULL CHECK (score BETWEEN 0 AND 10),
    comment TEXT NOT NULL DEFAULT '' CHECK (LENGTH(comment) <= 1600),
    store_id BIGINT NOT NULL DEFAULT 0,
    purchase_id BIGINT NOT NULL DEFAULT 0,
    voucher_id BIGINT NOT NULL DEFAULT 0,
    at BIGINT NOT NULL,
    commented_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (program_id, id),
    FOREIGN KEY (program_id, member_id) REFERENCES members (program_id, id)
);
CREATE UNIQUE INDEX scores_once ON scores (program_id, member_id, once);
CREATE INDEX scores_run ON scores (program_id, run_id, at);

-- guests are answers to invitations.
CREATE TABLE guests (
    program_id BIGINT NOT NULL,
    run_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    places BIGINT NOT NULL CHECK (places BETWEEN 0 AND 99), -- 0: not coming
    at BIGINT NOT NULL,
    PRIMARY KEY (program_id, run_id, member_id),
    FOREIGN KEY (program_id, member_id) REFERENCES members (program_id, id)
);
CREATE INDEX guests_member ON guests (program_id, member_id);

-- links are short links on our own host. They say nothing of who follows them.
CREATE TABLE links (
    program_id BIGINT NOT NULL REFERENCES programs (id),
    id BIGINT NOT NULL,
    code TEXT NOT NULL CHECK (LENGTH(code) BETWEEN 4 AND 12), -- begins with its program's number
    target TEXT NOT NULL CHECK (target <> '' AND LENGTH(target) <= 2000),
    name TEXT NOT NULL DEFAULT '',
    campaign_id BIGINT NOT NULL DEFAULT 0, -- whose words it stands in
    wording TEXT NOT NULL DEFAULT '' CHECK (wording IN ('', 'a', 'b')), -- which of its words
    created_at BIGINT NOT NULL,
    retired_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (program_id, id)
);
CREATE UNIQUE INDEX links_campaign ON links (program_id, campaign_id, wording) WHERE campaign_id <> 0;
CREATE UNIQUE INDEX links_code ON links (program_id, code);

-- link_days counts what was followed, by the program's day.
CREATE TABLE link_days (
    program_id BIGINT NOT NULL,
    link_id BIGINT NOT NULL,
    day TEXT NOT NULL,
    n BIGINT NOT NULL CHECK (n >= 0),
    PRIMARY KEY (program_id, link_id, day)
);

CREATE TABLE ticks (
    program_id BIGINT NOT NULL PRIMARY KEY,
    last_at BIGINT NOT NULL
);

-- +goose Down
DROP TABLE ticks;
DROP TABLE link_days;
DROP TABLE links;
DROP TABLE guests;
DROP TABLE scores;
DROP TABLE hunts;
DROP TABLE spins;
DROP TABLE game_counts;
DROP TABLE campaign_spend;
DROP TABLE rfm_nights;
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
DROP TABLE voucher_events;
DROP TABLE refunds;
DROP TABLE bought;
DROP TABLE purchase_lines;
DROP TABLE purchases;
DROP TABLE wrong_codes;
DROP TABLE takings;
DROP TABLE vouchers;
DROP TABLE reward_codes;
DROP TABLE rewards;
DROP TABLE data_links;
DROP TABLE number_changes;
DROP TABLE pending_credits;
DROP TABLE referrals;
DROP TABLE claims;
DROP TABLE codes;
DROP TABLE actions;
DROP TABLE stamp_moves;
DROP TABLE stamp_cards;
DROP TABLE tier_moves;
DROP TABLE tier_days;
DROP TABLE tiers;
DROP TABLE visits;
DROP TABLE point_days;
DROP TABLE expiry_warnings;
DROP TABLE lot_moves;
DROP TABLE lots;
DROP TABLE entries;
DROP TABLE rules;
DROP TABLE seals;
DROP TABLE audits;
DROP TABLE consents;
DROP TABLE cards;
DROP TABLE members;
DROP TABLE consent_pushes;
DROP TABLE phones;
DROP TABLE notices;
DROP TABLE staff_asks;
DROP TABLE staff;
DROP TABLE tills;
DROP TABLE senders;
DROP TABLE stores;
DROP TABLE programs;
DROP TABLE keys;
DROP TABLE id_blocks;
