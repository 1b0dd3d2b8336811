using System.Net;
using System.Text;

namespace Drydock.Tests.EndToEnd.Monitoring;

/// <summary>Draws the result of a query as a line chart, for the documentation.</summary>
internal static class SvgChart
{
    private const int Width = 760;
    private const int Height = 260;
    private const int Left = 64;
    private const int Top = 34;
    private const int Right = 16;
    private const int Bottom = 30;
    private const int LegendLine = 16;

    // Colours that people with colour blindness can tell apart.
    private static readonly string[] Colours =
        ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#999933"];

    /// <summary>The chart of some series.</summary>
    /// <param name="title">Its title.</param>
    /// <param name="unit">Unit of the values as in Grafana: s, percentunit, bytes or none.</param>
    /// <param name="series">The series, each with its legend and its points: seconds since the first scrape, and
    /// value.</param>
    public static string Draw(
        string title, string unit,
        IReadOnlyList<(string Legend, IReadOnlyList<(double At, double Value)> Points)> series)
    {
        var shown = series.Take(Colours.Length).ToList();
        var end = Math.Max(1, shown.SelectMany(s => s.Points).Select(p => p.At).DefaultIfEmpty(1).Max());
        var top = Nice(shown.SelectMany(s => s.Points).Select(p => p.Value).DefaultIfEmpty(1).Max());
        var height = Height + (shown.Count * LegendLine);
        var svg = new StringBuilder();
        svg.Append(
            CultureInfo.InvariantCulture,
            $"""<svg xmlns="http://www.w3.org/2000/svg" width="{Width}" height="{height}" viewBox="0 0 {Width} {height}" font-family="sans-serif" font-size="12" role="img">""")
            .Append('\n');
        svg.Append(
            CultureInfo.InvariantCulture,
            $"""<title>{WebUtility.HtmlEncode(title)}</title><rect width="100%" height="100%" fill="#fff"/><text x="{Left}" y="20" font-size="15">{WebUtility.HtmlEncode(title)}</text>""")
            .Append('\n');
        for (var i = 0; i <= 4; i++)
        {
            var (y, x) = (Y(i / 4.0), X(i / 4.0));
            svg.Append(
                CultureInfo.InvariantCulture,
                $"""<path d="M{Left} {y:0.#}H{Width - Right}" stroke="#ddd"/><text x="{Left - 6}" y="{y + 4:0.#}" text-anchor="end">{Label(top * i / 4, unit)}</text><text x="{x:0.#}" y="{Height - 10}" text-anchor="middle">{end * i / 4:0} s</text>""")
                .Append('\n');
        }

        for (var i = 0; i < shown.Count; i++)
        {
            svg.Append(
                CultureInfo.InvariantCulture,
                $"""<path d="{Path(shown[i].Points, end, top)}" fill="none" stroke="{Colours[i]}" stroke-width="2"/>""")
                .Append('\n');
            var y = Height + (i * LegendLine);
            svg.Append(
                CultureInfo.InvariantCulture,
                $"""<path d="M{Left} {y - 4}h18" stroke="{Colours[i]}" stroke-width="3"/><text x="{Left + 24}" y="{y}">{WebUtility.HtmlEncode(shown[i].Legend)}</text>""")
                .Append('\n');
        }

        return svg.Append("</svg>\n").ToString();
    }

    // A gap of more than two scrapes begins a new line.
    private static string Path(IReadOnlyList<(double At, double Value)> points, double end, double top)
    {
        var path = new StringBuilder();
        for (var i = 0; i < points.Count; i++)
        {
            var begins = i == 0 || points[i].At - points[i - 1].At > 2.5;
            path.Append(
                CultureInfo.InvariantCulture,
                $"{(begins ? 'M' : 'L')}{X(points[i].At / end):0.#} {Y(points[i].Value / top):0.#}");
        }

        return path.ToString();
    }

    private static double X(double share) => Left + (share * (Width - Left - Right));

    private static double Y(double share) => Height - Bottom - (share * (Height - Top - Bottom));

    // The next of 1, 2, 2.5, 5 times a power of ten.
    private static double Nice(double most)
    {
        if (most <= 0)
        {
            return 1;
        }

        var power = Math.Pow(10, Math.Floor(Math.Log10(most)));
        return new[] { 1, 2, 2.5, 5, 10 }.Select(step => step * power).First(step => step >= most * 0.999);
    }

    private static string Label(double value, string unit) => unit switch
    {
        "s" => string.Create(CultureInfo.InvariantCulture, $"{value:0.####} s"),
        "percentunit" => string.Create(CultureInfo.InvariantCulture, $"{value * 100:0} %"),
        "bytes" => string.Create(CultureInfo.InvariantCulture, $"{value / (1 << 20):0.#} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value:0.##}"),
    };
}
