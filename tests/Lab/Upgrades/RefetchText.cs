using System.Text.RegularExpressions;

namespace Drydock.Lab.Upgrades;

/// <summary>
/// <c>refetchStoreIntervalMin</c> in the text of an end state. It is the number of minutes since T1, so a run that
/// paused ends with a larger value. All values that cover the outage and not more than it are treated as equal.
/// </summary>
internal static partial class RefetchText
{
    // The margin of the upgrade guide. The manifests of the roads keep this default.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(30);

    // Times in status are whole seconds.
    private static readonly TimeSpan Rounding = TimeSpan.FromSeconds(1);

    /// <summary>Replaces the values that are right for this run by a word and keeps all others.</summary>
    public static string Normalize(string state, JsonNode upgrade)
    {
        // In a rollback, HA is written after the last new container was stopped and before the end is recorded. In an
        // upgrade the write itself is recorded.
        var back = At(upgrade, "rolledBackAt");
        if (At(upgrade, "t1") is not { } stopped
            || (back is null ? At(upgrade, "t2") : At(upgrade, "t3") ?? stopped) is not { } earliest)
        {
            return state;
        }

        var (least, most) = (Minutes(earliest - stopped - Rounding), Minutes((back ?? earliest) - stopped + Rounding));
        return Value().Replace(
            state, match => int.Parse(match.Groups["minutes"].ValueSpan, CultureInfo.InvariantCulture) is var minutes
                && minutes >= least && minutes <= most
                ? match.Groups["key"].Value + "covers the outage"
                : match.Value);
    }

    private static int Minutes(TimeSpan outage) => (int)Math.Ceiling((outage + Margin).TotalMinutes);

    private static DateTimeOffset? At(JsonNode upgrade, string time) =>
        upgrade["status"]?["times"]?[time]?.GetValue<string>() is { } text
            ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture)
            : null;

    [GeneratedRegex(
        "(?<key>\"refetchStoreIntervalMin\":)(?<minutes>[0-9]+)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Value();
}
