using System.Globalization;
using System.Text.RegularExpressions;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// What get_leader_blacklist_completion prints (docs/research/yugabytedb.md#admin-tool): <c>Percent complete = 100 : 0
/// remaining out of 0</c>.
/// </summary>
/// <param name="Percent">How much is done.</param>
/// <param name="Remaining">Leaders that are still there.</param>
/// <param name="Total">Leaders there were when the blacklist was written.</param>
internal sealed partial record BlacklistCompletion(double Percent, long Remaining, long Total)
{
    /// <summary>Reads it.</summary>
    /// <exception cref="AdminOutputException">It is not that form.</exception>
    public static BlacklistCompletion Parse(string output)
    {
        ArgumentNullException.ThrowIfNull(output);
        return Form().Match(output) is { Success: true } match
            ? new BlacklistCompletion(
                double.Parse(match.Groups["percent"].Value, CultureInfo.InvariantCulture),
                long.Parse(match.Groups["remaining"].Value, CultureInfo.InvariantCulture),
                long.Parse(match.Groups["total"].Value, CultureInfo.InvariantCulture))
            : throw new AdminOutputException("get_leader_blacklist_completion", "'Percent complete = P : R remaining out of T'", output);
    }

    [GeneratedRegex(@"^Percent complete = (?<percent>\d{1,3}(\.\d{1,9})?) : (?<remaining>\d{1,12}) remaining out of (?<total>\d{1,12})\s*$", RegexOptions.ExplicitCapture | RegexOptions.Multiline | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();
}
