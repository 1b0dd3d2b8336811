using System.Globalization;
using Drydock.Abstractions.Values;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>
/// Which snapshots of a series go. Pure. One is kept while either field of the policy asks for it; the newest good one,
/// what is needed and what is not good (so that nobody knows what it is worth) are kept whatever the policy says. Only
/// good ones count for <c>keepLast</c>.
/// </summary>
internal static class RetentionRules
{
    /// <summary>Decides.</summary>
    /// <param name="series">All snapshots of the series whose manifests can be read.</param>
    /// <param name="policy">What is kept; null or without fields: everything.</param>
    /// <param name="now">Now.</param>
    public static RetentionChoice Choose(
        IReadOnlyCollection<RetentionCandidate> series, RetentionSpec? policy, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(series);
        if (policy is null or { KeepLast: null, KeepFor: null })
        {
            return new RetentionChoice([], []);
        }

        TimeSpan? age = policy.KeepFor is { } text ? KubernetesDuration.Parse(text) : null;
        var remove = new List<KeyValuePair<string, string>>();
        var kept = new List<KeyValuePair<string, string>>();
        var good = 0;
        foreach (var one in series.OrderByDescending(c => c.TakenAt).ThenByDescending(c => c.Name, StringComparer.Ordinal))
        {
            good += one.IsGood ? 1 : 0;
            var byCount = policy.KeepLast is { } last && (one.IsGood ? good <= last : good < last);
            var byAge = age is { } keep && now - one.TakenAt < keep;
            if (byCount || byAge || (one.IsGood && good == 1))
            {
                continue;
            }

            if (one.NeededBy is not null)
            {
                kept.Add(new(one.Name, one.NeededBy));
            }
            else if (!one.IsGood)
            {
                kept.Add(new(one.Name, "its files are not all there with the recorded sizes, so it is left for a person to look at"));
            }
            else
            {
                remove.Add(new(one.Name, Why(policy, good, one.TakenAt)));
            }
        }

        remove.Reverse();
        return new RetentionChoice(remove, kept);
    }

    private static string Why(RetentionSpec policy, int rank, DateTimeOffset takenAt) => string.Create(
        CultureInfo.InvariantCulture,
        $"number {rank} of its series by age, taken {takenAt:u}; kept are{(policy.KeepLast is { } last ? $" the newest {last}" : "")}{(policy is { KeepLast: not null, KeepFor: not null } ? " and" : "")}{(policy.KeepFor is { } age ? $" those of the last {age}" : "")}");
}
