namespace Drydock.Tests.Unit.Plugin.Casts;

/// <summary>
/// Draws what a terminal shows as SVG: without scripts, without outside resources, and as an image that screen readers
/// describe. Several frames follow one another by CSS; readers who want no motion see one of them.
/// </summary>
internal static partial class TerminalDrawing
{
    private const int Margin = 16;
    private const int HeadHeight = 34;
    private const int WideColumns = 120;
    private const int PlainSize = 14;
    private const int SmallSize = 13;

    // The advance of the usual monospace fonts, in parts of their size. Each word group has its own place, so that a
    // font with another advance keeps the columns.
    private const double Advance = 0.602;
    private const double LineHeight = 1.4;

    private const string Background = "#0d1117";
    private const string Plain = "#e6edf3";

    // Readable on the background: each has a contrast of at least 4.5 to 1.
    private static readonly string[] Palette =
    [
        "#8b949e", "#ff7b72", "#3fb950", "#d29922", "#58a6ff", "#bc8cff", "#39c5cf", "#e6edf3",
        "#8b949e", "#ffa198", "#56d364", "#e3b341", "#79c0ff", "#d2a8ff", "#56d4dd", "#ffffff",
    ];

    /// <summary>The drawing.</summary>
    public static string Draw(Cast cast)
    {
        var size = cast.Columns > WideColumns ? SmallSize : PlainSize;
        var (cell, line) = (size * Advance, size * LineHeight);
        var frames = cast.Frames.Select(frame => AnsiText.Lines(frame.Text)).ToList();
        var width = (int)Math.Ceiling((2 * Margin) + (cast.Columns * cell));
        var height = (int)Math.Ceiling(HeadHeight + (2 * Margin) + (frames.Max(lines => lines.Count) * line));
        var svg = new StringBuilder();
        Add(
            svg,
            $"""<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" aria-labelledby="title desc">""");
        Add(svg, $"""<title id="title">{Escape(cast.Title)}</title>""");
        Add(svg, $"""<desc id="desc">{Escape(cast.Description)}</desc>""");
        AddStyle(svg, cast, frames, size);
        Add(svg, $"""<rect width="{width}" height="{height}" rx="8" fill="{Background}"/>""");
        Add(
            svg,
            $"""<path d="M0 {HeadHeight}H{width}" stroke="#30363d"/><circle cx="20" cy="17" r="6" fill="#ff5f57"/><circle cx="40" cy="17" r="6" fill="#febc2e"/><circle cx="60" cy="17" r="6" fill="#28c840"/>""");
        for (var i = 0; i < frames.Count; i++)
        {
            Add(svg, $"""<g class="f{(i == cast.Still ? " still" : "")} f{i}">""");
            for (var row = 0; row < frames[i].Count; row++)
            {
                AddLine(svg, frames[i][row], HeadHeight + Margin + (row * line) + size, cell);
            }

            Add(svg, $"</g>");
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static void AddStyle(
        StringBuilder svg, Cast cast, List<IReadOnlyList<IReadOnlyList<AnsiRun>>> frames, int size)
    {
        Add(svg, $"<style>");
        Add(
            svg,
            $$"""text{font:{{size}}px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;fill:{{Plain}};white-space:pre}""");
        foreach (var color in frames.SelectMany(f => f).SelectMany(l => l)
            .Select(r => r.Style.Color).OfType<int>().Distinct().Order())
        {
            Add(svg, $$""".c{{color}}{fill:{{Palette[color]}}}""");
        }

        Add(svg, $$""".b{font-weight:bold}""");
        if (cast.Frames.Count > 1)
        {
            AddMotion(svg, cast);
        }

        Add(svg, $"</style>");
    }

    // A frame is visible for its part of the whole time. Where motion is not wanted, or not known, the still frame is.
    private static void AddMotion(StringBuilder svg, Cast cast)
    {
        var whole = cast.Frames.Sum(f => f.Seconds);
        Add(svg, $$""".f{visibility:hidden}.still{visibility:visible}""");
        Add(svg, $$"""@media (prefers-reduced-motion:no-preference){.f{animation:{{whole}}s step-end infinite}""");
        for (var i = 0; i < cast.Frames.Count; i++)
        {
            Add(svg, $$""".f{{i}}{animation-name:k{{i}}}""");
        }

        Add(svg, $$"""}""");
        var passed = 0;
        for (var i = 0; i < cast.Frames.Count; i++)
        {
            var (begin, end) = (100.0 * passed / whole, 100.0 * (passed + cast.Frames[i].Seconds) / whole);
            var before = i == 0 ? "" : "0%{visibility:hidden}";
            var after = i == cast.Frames.Count - 1
                ? "100%{visibility:visible}"
                : string.Create(CultureInfo.InvariantCulture, $"{end:0.##}%,100%{{visibility:hidden}}");
            Add(svg, $$"""@keyframes k{{i}}{{{before}}{{begin:0.##}}%{visibility:visible}{{after}}}""");
            passed += cast.Frames[i].Seconds;
        }
    }

    private static void AddLine(StringBuilder svg, IReadOnlyList<AnsiRun> runs, double y, double cell)
    {
        var spans = new StringBuilder();
        foreach (var run in runs)
        {
            foreach (Match words in Words().Matches(run.Text))
            {
                var x = Margin + ((run.Column + words.Index) * cell);
                spans.Append(
                    CultureInfo.InvariantCulture,
                    $"""<tspan x="{x:0.#}"{Class(run.Style)}>{Escape(words.Value)}</tspan>""");
            }
        }

        if (spans.Length > 0)
        {
            Add(svg, $"""<text y="{y:0.#}">{spans}</text>""");
        }
    }

    private static string Class(AnsiStyle style) => (style.Color, style.IsBold) switch
    {
        (null, false) => "",
        (null, true) => " class=\"b\"",
        ({ } color, false) => string.Create(CultureInfo.InvariantCulture, $" class=\"c{color}\""),
        ({ } color, true) => string.Create(CultureInfo.InvariantCulture, $" class=\"b c{color}\""),
    };

    private static string Escape(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal);

    private static void Add(StringBuilder svg, FormattableString line) =>
        svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

    // Words with one space between them; what is wider is a gap between columns.
    [GeneratedRegex(@"\S+( \S+)*", RegexOptions.ExplicitCapture)]
    private static partial Regex Words();
}

/// <summary>What a terminal shows, one frame after the other.</summary>
/// <param name="Title">What it is, in some words.</param>
/// <param name="Description">What a reader who does not see it has to know.</param>
/// <param name="Columns">Columns of the terminal.</param>
/// <param name="Frames">The frames, at least one.</param>
internal sealed record Cast(string Title, string Description, int Columns, IReadOnlyList<CastFrame> Frames)
{
    /// <summary>The index of the frame for readers who want no motion.</summary>
    public int Still { get; init; }
}

/// <summary>What a terminal shows for some time.</summary>
/// <param name="Text">The text with its colours.</param>
/// <param name="Seconds">How long it is shown.</param>
internal sealed record CastFrame(string Text, int Seconds);
