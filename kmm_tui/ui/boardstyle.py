"""How the parts of the board share the screen, by its size and by the view that one is in."""

from __future__ import annotations

LEAST_WIDTH, LEAST_HEIGHT = 60, 20
"""Below this a sentence stands in place of the board."""

HORIZONTAL = [(0, "-w-tiny"), (LEAST_WIDTH, "-w-narrow"), (110, "-w-medium"), (170, "-w-wide")]
VERTICAL = [(0, "-h-tiny"), (LEAST_HEIGHT, "-h-short"), (32, "-h-tall"), (48, "-h-high")]

SCREEN_CSS = """
BoardScreen {
    background: $kmm-ground; color: $kmm-text; layout: vertical; overflow: hidden;
    #upper, #lower { height: 1fr; layout: vertical; }
    #upper > Panel, #lower > Panel, #small { display: none; }
    #small { padding: 1 2; }
    &.-view-overview { #skills-panel, #agents-panel { display: block; } }
    &.-view-skills, &.-view-groups { #lower { display: none; } }
    &.-view-agents, &.-view-trend, &.-view-agent { #upper { display: none; } }
    &.-view-skills #skills-panel, &.-view-groups #groups-panel { display: block; }
    &.-view-agents #agents-panel, &.-view-trend #trend-panel, &.-view-agent #agent-panel { display: block; }
    &.-view-overview Chips { display: none; }
    &.-view-overview.-h-tall, &.-view-overview.-h-high { #lower { margin-top: 1; } }
    &.-view-overview.-h-high {
        #groups-panel { display: block; margin-top: 1; }
        #trend-panel { display: block; height: 12; margin-top: 1; }
    }
    &.-view-overview.-w-wide {
        #upper, #lower { layout: horizontal; }
        #groups-panel, #trend-panel { display: block; height: 1fr; margin-top: 0; }
    }
    &.-view-overview.-h-short {
        #upper { height: 5fr; }
        #lower { height: 4fr; }
        InsightLine { display: none; }
    }
    &.-h-short FigureStrip { margin: 0; height: 3; }
    &.-w-tiny > *, &.-h-tiny > * { display: none; }
    &.-w-tiny > #small, &.-h-tiny > #small { display: block; }
    #bottom { height: 1; dock: bottom; }
    &.-w-narrow MeterLine { display: none; }
}
"""
