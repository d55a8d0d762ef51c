"""The style sheet of the line table; every colour is a variable of the theme."""

COMPONENTS = {
    "linetable--header",
    "linetable--sorted",
    "linetable--header-counted",
    "linetable--sorted-counted",
    "linetable--cursor",
    "linetable--cell",
    "linetable--mark",
    "linetable--message",
}

TABLE_CSS = """
LineTable {
    height: 1fr;
    width: 1fr;
    overflow-x: hidden;
    overflow-y: auto;
    scrollbar-size-vertical: 1;
    background: $kmm-ground;
    color: $kmm-text;
    & > .linetable--header { color: $kmm-dim; }
    & > .linetable--sorted { color: $kmm-text; }
    & > .linetable--header-counted { color: $kmm-dim; text-style: underline; }
    & > .linetable--sorted-counted { color: $kmm-text; text-style: underline; }
    & > .linetable--cursor { background: $kmm-cursor-blurred; }
    &:focus > .linetable--cursor { background: $kmm-cursor; }
    & > .linetable--cell { background: $kmm-cursor-blurred; text-style: underline; }
    &:focus > .linetable--cell { background: $kmm-cursor; text-style: bold underline; }
    & > .linetable--mark { color: $kmm-dim; }
    &:focus > .linetable--mark { color: $kmm-accent; }
    & > .linetable--message { color: $kmm-dim; }
}
"""
