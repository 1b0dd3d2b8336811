using System.Text.RegularExpressions;

namespace Drydock.Crds.Values;

/// <summary>Durations as Kubernetes users write them: <c>90s</c>, <c>10m</c>, <c>1h30m</c>, <c>250ms</c>.</summary>
public static partial class KubernetesDuration
{
    /// <summary>The longest duration: 36500 days. A longer text is read as this one, so that neither a sum of some
    /// durations nor a moment with one added to it leaves the range of the clock.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromDays(36_500);

    /// <summary>Reads a duration, at most <see cref="Longest"/>.</summary>
    /// <exception cref="FormatException">The text is not a duration.</exception>
    public static TimeSpan Parse(string text) => TryParse(text, out var value)
            ? value
            : throw new FormatException($"'{text}' is not a duration; expected a form like 90s, 10m or 1h30m.");

    /// <summary>Reads a duration, at most <see cref="Longest"/>; false if the text is not one.</summary>
    public static bool TryParse(string? text, out TimeSpan value)
    {
        value = TimeSpan.Zero;
        var parts = Parts().Match(text ?? "").Groups;
        var milliseconds = 0.0;
        foreach (var (count, unit) in parts["count"].Captures.Zip(parts["unit"].Captures))
        {
            if (!long.TryParse(count.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var n)
                || n > 100_000_000)
            {
                return false;
            }

            milliseconds += n * unit.Value switch
            {
                "ms" => 1.0,
                "s" => 1e3,
                "m" => 60e3,
                "h" => 3600e3,
                _ => 86400e3,
            };
        }

        value = milliseconds > Longest.TotalMilliseconds ? Longest : TimeSpan.FromMilliseconds(milliseconds);
        return parts["count"].Success;
    }

    /// <summary>Writes a duration for users and manifests, in whole seconds: <c>1h2m3s</c>. A difference of two clocks
    /// that is negative is <c>0s</c>.</summary>
    public static string Format(TimeSpan value)
    {
        var total = Math.Max(0, (long)Math.Round(value.TotalSeconds, MidpointRounding.AwayFromZero));

        var (hours, minutes, seconds) = (total / 3600, total / 60 % 60, total % 60);
        return (hours, minutes) switch
        {
            (0, 0) => $"{seconds}s",
            (0, _) => $"{minutes}m{seconds}s",
            _ => $"{hours}h{minutes}m{seconds}s",
        };
    }

    /// <summary>The moment without its fraction of a second, as Kubernetes has moments.</summary>
    public static DateTimeOffset ToSeconds(this DateTimeOffset moment) =>
        moment.AddTicks(-(moment.Ticks % TimeSpan.TicksPerSecond));

    [GeneratedRegex(
        "^((?<count>[0-9]+)(?<unit>ms|s|m|h|d))+\\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Parts();
}
