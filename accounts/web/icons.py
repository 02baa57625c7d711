"""The line drawings of the pages, 24 units wide, stroked by the style sheet. Always beside a word."""

from __future__ import annotations

ICONS: dict[str, str] = {
    "alert": '<path d="M12 3L2 20h20zM12 10v4M12 17v.2"/>',
    "bike": '<circle cx="5.5" cy="16" r="4"/><circle cx="18.5" cy="16" r="4"/><path d="M5.5 16L9 9h6.5l3 7M12 16L9 9M12 16l3.5-7M12 16H5.5M14 6h2.5l-1 3M7.5 7h3"/>',
    "camera": '<path d="M3 7h5l2-3h4l2 3h5v12H3z"/><circle cx="12" cy="13" r="3.5"/>',
    "check": '<path d="M4 12.5l5 5L20 6"/>',
    "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5l4 2"/>',
    "dash": '<path d="M6 12h12"/>',
    "ditch": '<path d="M2 8h4v7c0 4 12 4 12 0V8h4M7 12c2-1.6 3 1.6 5 0s3 1.6 5 0"/>',
    "done": '<circle cx="12" cy="12" r="9"/><path d="M8 12.5l3 3 5-6"/>',
    "fence": '<path d="M2 20h20M5 20V6M12 20V6M19 20V6M3 10h18M3 15h18"/>',
    "fest": '<path d="M9 5c-5 3-5 11 0 14h6c5-3 5-11 0-14zM9 5h6M9 19h6M12 2v3M12 19v3M6 9.5h12M6 14.5h12"/>',
    "field": '<path d="M2 20h20M7 20v-7M7 13C3 13 3 8 3 8s4 0 4 5zM7 13c0-5 4-5 4-5s0 5-4 5zM17 20v-5M17 15c-3 0-3-4-3-4s3 0 3 4zM17 15c0-4 3-4 3-4s0 4-3 4z"/>',
    "forest": '<path d="M8 3L3 14h10zM8 14v6M17 8l-4 8h8zM17 16v4M2 20h20"/>',
    "full": '<circle cx="12" cy="12" r="8" fill="currentColor"/>',
    "grass": '<path d="M3 20h18M7 20c0-5-1-8-4-10M11 20c0-7-1-11 1-16M14 20c0-5 1-9 4-12M18 20c0-3 1-5 3-6"/>',
    "half": '<circle cx="12" cy="12" r="8"/><path fill="currentColor" d="M12 4a8 8 0 0 1 0 16z"/>',
    "lapse": '<circle cx="12" cy="12" r="9" stroke-dasharray="3 3.6"/>',
    "learn": '<path d="M12 6C9 4 6 4 3 5v13c3-1 6-1 9 1 3-2 6-2 9-1V5c-3-1-6-1-9 1zM12 6v13"/>',
    "meal": '<path d="M3 11h18c0 5-4 9-9 9s-9-4-9-9zM8 3v4M12 2v5M16 3v4"/>',
    "meet": '<circle cx="9" cy="12" r="6.5"/><circle cx="15" cy="12" r="6.5"/>',
    "open": '<circle cx="12" cy="12" r="8"/>',
    "people": '<circle cx="8" cy="8" r="3.5"/><circle cx="17" cy="9" r="2.5"/><path d="M2 20c0-5 3-7 6-7s6 2 6 7M16 14c3-.5 6 1.5 6 6"/>',
    "phone": '<path d="M6 3h4l2 5-3 2a12 12 0 0 0 5 5l2-3 5 2v4c0 2-2 3-3 3C10 21 3 14 3 6c0-2 1-3 3-3z"/>',
    "print": '<path d="M7 8V3h10v5M7 17H4V8h16v9h-3M7 14h10v7H7z"/>',
    "shop": '<path d="M3 20V10l9-6 9 6v10zM7 20v-7h10v7M7 16.5h10"/>',
    "stay": '<path d="M3 12l9-8 9 8M6 10v10h12V10M10 20v-6h4v6"/>',
    "stop": '<circle cx="12" cy="12" r="9"/><path d="M8.5 8.5l7 7M15.5 8.5l-7 7"/>',
}
