"""An example of the settings file, with every key in it and all of it commented out."""

from __future__ import annotations

import os
from pathlib import Path

from kmm_tui.settings.errors import Problem, SettingsError

_EXAMPLE = """\
# Settings of kmm-tui. A line that begins with "#" and no space is an example: delete the "#" to use it.
# Flags win over environment variables, those win over this file, and this file wins over the defaults.
# "kmm-tui config show" prints every value and where it comes from; "kmm-tui check" tries the sign-in.

# The profile to use, where --profile and KMM_TUI_PROFILE do not say. With a single profile it is not needed.
#profile = "acme"

# One table per account, under a name of your own. The environment can give all of it for the chosen profile:
# KMM_TUI_ACCOUNT, KMM_TUI_NAME, KMM_TUI_PROXY, KMM_TUI_AUTH__METHOD, KMM_TUI_AUTH__APP_KEY and so on.
#[profiles.acme]
#account = "12345678"
# What the board's header calls it.
#name = "Acme EMEA"
# Where the account's hosts are looked up. Plain http is allowed only for this machine.
#domain_api = "https://api.liveperson.net"
# Certificates (PEM) of your company's own authorities, which are believed besides the usual ones. A path that is not
# whole starts at the folder of this file. Without it SSL_CERT_FILE holds.
#ca_bundle = "company-ca.pem"
# The proxy to the outside; it may hold a user and password. Without it HTTPS_PROXY holds; NO_PROXY holds in any case.
#proxy = "http://proxy.acme.example:8080"

# How to sign in: "app_key", "client_credentials", "user" or "bearer".
# A secret is text in quotes, the one line of a file that only you may read (chmod 600; a path that is not whole
# starts at the folder of this file), the first line that a command prints, or an entry of the system's keyring,
# { keyring = "service/username" }, which takes: pip install 'kmm-tui[keyring]'.
#[profiles.acme.auth]
#method = "app_key"
#app_key = "your app key"
#secret = { file = "acme-secret" }
#access_token = "your access token"
#access_token_secret = { command = ["pass", "show", "liveperson/acme"] }

#[profiles.acme-oauth2]
#account = "12345678"
#[profiles.acme-oauth2.auth]
#method = "client_credentials"
#client_id = "your client id"
#client_secret = { file = "acme-client-secret" }

#[profiles.acme-user]
#account = "12345678"
#[profiles.acme-user.auth]
#method = "user"
#username = "supervisor@acme.example"
#password = { command = ["pass", "show", "liveperson/supervisor"] }

#[profiles.acme-bearer]
#account = "12345678"
#[profiles.acme-bearer.auth]
#method = "bearer"
#token = { file = "acme-bearer" }

#[board]
# How often each skill and group is asked; at least "5s".
#every = "30s"
# What the figures are counted over when the board starts: "1m" to "24h", "today", or since a shift, by its name.
#window = "1h"
# Skills and groups by id, name or pattern, such as ["Bill*", "skill:123", "group:Sales*"]. Empty means all.
#watch = []
# Calls a minute that the account may be asked at most, from 6 to 6000. After a refusal it is asked less by itself.
#calls_per_minute = 300
# Limits to begin with: "live-chat", "messaging" or "none". "kmm-tui config show" prints them.
#preset = "live-chat"
# The time zone of the board's days and shifts, such as "Europe/Lisbon". Without it the machine's own holds.
#zone = "Europe/Lisbon"

#[ui]
# kmm-dark, kmm-light, kmm-contrast, kmm-deuteranopia, kmm-mono, or one of your own in themes/ beside this file.
#theme = "kmm-dark"
# Whether the board listens to the mouse; without it the terminal's own marking and copying works as usual.
#mouse = true
# Whether rows beyond a limit stand on top when the board starts; a key changes it while it runs.
#pin = true

# The floor's shifts, as many as you like: the board can show what happened since one began, and they are words for
# the windows that you type. One that ends at or before its begin by the clock ends on the next day.
#[[shifts]]
#name = "Early"
#from = "07:00"
#to = "15:00"
# The days on which it begins: "mon-fri", or a list such as ["mon", "wed", "sat-sun"]. Without it every day.
#days = "mon-fri"

#[[shifts]]
#name = "Night"
#from = "22:00"
#to = "06:00"
# Its time zone, where it is not the board's.
#zone = "America/New_York"

# What was normal: figures beside those of the same time on the days before.
#[usual]
# Whether past days are asked for in the background, behind what is shown and within the calls a minute above.
#fill = true
# How many days back; 1 to 14, which is what the API keeps.
#days = 14

# The record of every answer, kept on this machine, to look back at what the API does not keep.
#[record]
#on = true
# Whether it holds names, of agents, skills and groups; without them it holds their ids only.
#names = true
# How large it may become; "10MB" to "100GB". The oldest goes first.
#cap = "512MB"

# The wall: large figures on a spare screen, by "kmm-tui wallboard" or with w in the board.
#[wallboard]
# How long a page is up, and how long that of a figure that has become critical; "5s" to "1h".
#rotate = "20s"
#breach_hold = "1m"
# Names of agents on their pages: "off", "initials" or "full". With floor there are figures of teams only.
#names = "off"
#floor = false
# The terminal's bell, and a notice on the desktop, when a figure becomes critical. Notices are "off", "osc9" (iTerm2,
# WezTerm, Windows Terminal) or "osc777" (foot, Ghostty, urxvt): which of them is up to the terminal.
#bell = false
#notices = "off"
# When somebody looks, in the board's zone, as many as you like; without it always. At other times the wall is "dim" or
# "blank".
#open = ["mon-fri 07:00-21:00", "sat 09:00-14:00"]
#closed = "dim"
# The diagonal of the screen, and from how far it is read: figures are as large as that takes.
#screen = "55in"
#distance = "6m"

# Its pages, in their order. Without any: the account, the skills in trouble or busiest, and the groups.
#[[wallboard.pages]]
# "account", "skill:PATTERN", "group:PATTERN", an id, a name or a pattern, or a list of these.
#on = "account"
# Six figures at most stand on a page; without this the usual ones. Of several skills or groups one metric stands side
# by side, several make a page of each, and none at all shows of each its worst breach, or how busy it is.
#metrics = ["unassigned_conversations", "queue_wait_time_90th_percentile", "csat"]
# Rows of a figure: 3, 5, 7, 10, 14 or 20. Without it as large as fits.
#size = 5
#title = "Service"

#[[wallboard.pages]]
#on = ["skill:Bill*", "group:7"]
# Only so many of them: those in trouble first, then the busiest.
#top = 6

#[[wallboard.pages]]
#on = "group:Lisbon"
# Lists the agents of a skill or group, instead of figures.
#agents = true

# Limits of your own, as many as you like; they come after the preset's, and of two that fit the later one wins.
# metric is a name of the API, or sla_share, online_share (of the agents who are logged in) or online_rate (of the
# time logged in). Levels are a length of time, a percentage or a number, by the metric: "1m30s", "85%", 3.
#[[limits]]
#metric = "queue_wait_time_90th_percentile"
# Where it holds: "account", "skill:Bill*", "group:7", "agent:Ana*", a bare id, name or pattern, or a list of these.
# "skill" alone is every skill. Without it the limit holds everywhere.
#on = ["skill:Bill*", "group:Sales"]
# A metric is bad on the side on which critical lies of warn; with one of the two, on the metric's own bad side.
#warn = "90s"
#critical = "3m"
# Where a level ends again, on its calm side, so that nothing flickers. Without them a usual margin is kept.
#warn_leave = "1m15s"
#critical_leave = "2m30s"

#[[limits]]
#metric = "transfer_rate"
#on = "agent"
#warn = "15%"
#critical = "25%"
# From how many concluded conversations on the rate says something; for rates only.
#least = 20

# No limit for a metric, everywhere or somewhere.
#[[limits]]
#metric = "csat"
#on = "skill:Test*"
#off = true

# Alerts: what has broken a limit for a while, has one until it has been calm for five minutes. They are told through
# the channels under [[notices]], and listed on the board with 6.
#[alerting]
#on = true
# Whether limits raise alerts, of the account and of skills; of groups and agents where the limit names them under on.
#limits = true
# How long a limit has to be broken; "0s" to "1h".
#for = "1m"
# After how long without data there is an alert; "off" is never.
#no_data = "5m"
# When nobody is told, of any alert: hours, days, or names of shifts. What is still open is told afterwards.
#quiet = ["22:00-07:00", "sat, sun"]

# Rules of your own, as many as you like. One on a metric takes the place of the limits on it, where it holds.
#[[alerts]]
#name = "Billing waits"
#metric = "queue_wait_time_90th_percentile"
# As under [[limits]]. Groups and agents are meant only where they are named: "group:7", "agent:Ana*".
#on = "skill:Bill*"
#warn = "1m"
#critical = "3m"
#critical_leave = "2m"
# How long it has to last; without it as under [alerting].
#for = "3m"
# When it holds, and when nobody is told.
#hours = "mon-fri 08:00-20:00"
#quiet = "Night"

# Or a condition: metrics, numbers, + - * /, comparisons, and, or, not, min, max. Lengths of time are milliseconds.
#[[alerts]]
#name = "Thin floor"
#when = "unassigned_conversations > 5 and online_agents < 3"
# The condition that ends it; without it the alert is over when the one above is not true any more.
#until = "unassigned_conversations == 0"
#level = "critical"

# Who is told of alerts, at most once a minute each: "bell", "osc9" or "osc777" of the terminal, "webhook", "command",
# or "apprise" for any of its services (pip install 'kmm-tui[notify]'). "kmm-tui alerts test" tries them all.
#[[notices]]
#to = "bell"

#[[notices]]
#to = "webhook"
#url = { file = "hook-address" }
# What it gets is signed with this key, and the signature is in the header X-Kmm-Tui-Signature.
#key = { file = "hook-key" }
# From which level on: "warn" or "critical".
#level = "critical"
#quiet = "23:00-06:00"

#[[notices]]
#to = "command"
# A list, without a shell; the notice is JSON on its stdin.
#command = ["notify-team", "--channel", "ops"]

# Figures beside those of the API, as many sources as you like: a file (CSV or JSON), url, command or sqlite with query.
# Their metrics are columns, may have limits, are recorded, and formulas can use them.
#[[sources]]
#name = "plan"
#file = "planned.csv"
# Whom a row is about: "account", "skill", "group" or "agent"; and the column that names it, by id or name.
#by = "skill"
#key = "skill"
# The profiles whose account it tells of; without it all of them, which several accounts in one board do not allow.
#profiles = ["acme"]
# The column of the start of its time slot, where there is one: "14:30", a date with a time, or epoch seconds.
#slot = "from"
#slot_length = "30m"
# How often it is asked; "5s" to "24h". How long asking and reading may each take; "1s" to "60s".
#every = "5m"
#timeout = "10s"
#[[sources.metrics]]
#name = "planned_agents"
# Its column, where that is not its name.
#value = "planned"
# What the source counts it in: count, ms, seconds, minutes, hours, ratio, percent, score or number.
#unit = "count"
#label = "Planned agents"
#short = "plan"
# Which way is good: "up", "down" or "neither".
#good = "neither"
#meaning = "Agents planned for this half-hour."

# No credential of the account ever goes to an address, only what stands here. In JSON, rows, key, slot and value are
# JMESPath.
#[[sources]]
#name = "tickets"
#url = "https://tickets.acme.example/api/open"
#headers = { "X-Api-Key" = { file = "tickets.key" } }
#rows = "queues[]"
#by = "skill"
#key = "queue.name"
#every = "1m"
#[[sources.metrics]]
#name = "open_tickets"
#value = "open"

#[[sources]]
#name = "breaks"
#command = ["wfm-breaks", "--json"]
# "csv" or "json", where the name of a file does not tell.
#format = "json"
#by = "agent"
#key = "login"
#[[sources.metrics]]
#name = "break_left"
#unit = "minutes"

#[[sources]]
#name = "staffing"
#sqlite = "wfm.db"
#query = "SELECT sum(agents) AS rostered FROM roster WHERE day = date('now')"
#by = "account"
#[[sources.metrics]]
#name = "rostered"

# Metrics of your own, computed from others; + - * / //, min, max, abs, round and parentheses. Milliseconds go with
# milliseconds, counts with counts; divided by nothing is not applicable, and without a part of it there is no value.
#[[derived]]
#name = "staff_gap"
#formula = "planned_agents - online_agents"
#label = "Missing agents"
#short = "gap"
#good = "down"
#meaning = "Planned agents who are not online."

#[[derived]]
#name = "conversations_each"
#formula = "assigned_conversations / online_agents"
# Its unit, where the formula does not tell: count, ms, ratio, score or number. A count over a count is a ratio, which
# reads as 325%; as a number it reads 3.25.
#unit = "number"

# How long agents may be away, by the reason they choose; capitals do not matter. These come after usual ones, which
# "kmm-tui config show" prints. "off" takes a limit away: then the one for the other reasons holds.
#[away]
#Lunch = "45m"
#"Team Meeting" = "1h"
#Coaching = "off"
# All reasons without a limit of their own, and the state back soon.
#default = "20m"
#back_soon = "5m"

# The group above a group, both by name or id, as the API tells no hierarchy.
#[group_parents]
#"Lisbon" = "Portugal"
#"Portugal" = "Europe"

# Keys by the name of what they do ("kmm-tui config keys" lists the names), with commas between several: "j", "down",
# "f5", "ctrl+r", "?". They replace the usual ones, and no key can do two things.
#[keys]
#"table.down" = "j,down"
#"table.up" = ["k", "up"]
"""


def commented_example() -> str:
    """A settings file that changes nothing as it is, and is good once its ``#key`` lines are uncommented."""
    return _EXAMPLE


def write_example(path: Path) -> None:
    """Writes the example, readable by its owner only, and the folders above it. Raises ``SettingsError``.

    Whatever is there already, a dangling link too, is left alone.
    """
    trouble = ""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Created with its mode, so that at no moment can others open it.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(commented_example())
    except FileExistsError:
        trouble = "is there already and was not touched; move it away first, or name another file with --config"
    except OSError as error:
        trouble = f"cannot be written: {error.strerror or type(error).__name__}"
    if trouble:
        raise SettingsError([Problem(str(path), "", trouble)])
