// Time to pixels. Long times in which no step ran (a hold over night) are shortened, so that the steps stay readable.

const shortened = 0.08;

// intervals: [from, to] in milliseconds, at least one. Returns position(time), gaps and ticks.
export function timescale(intervals, left, width) {
    const busy = merge(intervals);
    const first = busy[0][0];
    const last = busy.at(-1)[1];
    const work = busy.reduce((sum, [from, to]) => sum + to - from, 0) || 1;
    const pieces = [];
    let end = first;
    for (const [from, to] of busy) {
        if (from > end) {
            const isLong = from - end > Math.max(0.5 * work, 120_000);
            pieces.push({ from: end, to: from, weight: isLong ? shortened * work : from - end, isLong });
        }
        pieces.push({ from, to, weight: to - from, isLong: false });
        end = to;
    }
    const total = pieces.reduce((sum, piece) => sum + piece.weight, 0) || 1;
    let x = left;
    for (const piece of pieces) {
        piece.x = x;
        piece.width = (piece.weight / total) * width;
        x += piece.width;
    }

    function position(time) {
        if (time <= first) {
            return left;
        }
        const piece = pieces.find(p => time <= p.to);
        return piece ? piece.x + ((time - piece.from) / (piece.to - piece.from || 1)) * piece.width : left + width;
    }

    return { position, first, last, gaps: pieces.filter(p => p.isLong), ticks: ticks(pieces, total, width) };
}

function merge(intervals) {
    const sorted = intervals.map(([from, to]) => [from, Math.max(to, from)]).sort((a, b) => a[0] - b[0]);
    const merged = [];
    for (const [from, to] of sorted) {
        const last = merged.at(-1);
        if (last && from <= last[1]) {
            last[1] = Math.max(last[1], to);
        } else {
            merged.push([from, to]);
        }
    }
    return merged;
}

const stepsOfTime = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400];

function ticks(pieces, total, width) {
    const perSecond = width / (total / 1000);
    const step = 1000 * (stepsOfTime.find(seconds => seconds * perSecond >= 90) ?? 86400);
    const found = [];
    for (const piece of pieces.filter(p => !p.isLong)) {
        for (let at = Math.ceil(piece.from / step) * step; at <= piece.to; at += step) {
            const x = piece.x + ((at - piece.from) / (piece.to - piece.from || 1)) * piece.width;
            if (found.length === 0 || x - found.at(-1).x >= 70) {
                found.push({ at, x });
            }
        }
    }
    return { step, found };
}
