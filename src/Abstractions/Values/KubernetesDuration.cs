using System.Globalization;
using System.Text.RegularExpressions;

namespace Drydock.Abstractions.Values;

/// <summary>Durations as Kubernetes users write them: <c>90s</c>, <c>10m</c>, <c>1h30m</c>, <c>250ms</c>.</summary>
public static partial class KubernetesDuration
{
    /// <summary>The schema pattern of a duration field.</summary>
    public const string Pattern = "^([0-9]+(ms|s|m|h|d))+$";

    /// <summary>Reads a duration.</summary>
    /// <exception cref="FormatException">The text is not a duration.</exception>
    public static TimeSpan Parse(string text) =>
        TryParse(text, out var value) ? value : throw new FormatException($"'{text}' is not a duration; expected a form like 90s, 10m or 1h30m.");

    /// <summary>Reads a duration; false if the text is not one.</summary>
    public static bool TryParse(string? text, out TimeSpan value)
    {
        value = TimeSpan.Zero;
        if (string.IsNullOrEmpty(text) || !Whole().IsMatch(text))
        {
            return false;
        }

        foreach (Match part in Part().Matches(text))
        {
            if (!long.TryParse(part.Groups["count"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var n) || n > 100_000_000)
            {
                return false;
            }

            value += part.Groups["unit"].Value switch
            {
                "ms" => TimeSpan.FromMilliseconds(n),
                "s" => TimeSpan.FromSeconds(n),
                "m" => TimeSpan.FromMinutes(n),
                "h" => TimeSpan.FromHours(n),
                _ => TimeSpan.FromDays(n),
            };
        }

        return true;
    }

    /// <summary>Writes a duration for people and manifests, whole seconds: <c>1h2m3s</c>.</summary>
    public static string Format(TimeSpan value)
    {
        var total = (long)Math.Round(value.TotalSeconds, MidpointRounding.AwayFromZero);
        if (total < 0)
        {
            return "-" + Format(-value);
        }

        var (hours, minutes, seconds) = (total / 3600, total / 60 % 60, total % 60);
        return (hours, minutes) switch
        {
            (0, 0) => string.Create(CultureInfo.InvariantCulture, $"{seconds}s"),
            (0, _) => string.Create(CultureInfo.InvariantCulture, $"{minutes}m{seconds}s"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{hours}h{minutes}m{seconds}s"),
        };
    }

    [GeneratedRegex(Pattern, RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Whole();

    [GeneratedRegex("(?<count>[0-9]+)(?<unit>ms|s|m|h|d)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Part();
}
