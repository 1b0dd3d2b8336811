namespace Drydock.Reconcilers.Databases;

/// <summary>Hosts as PreparePackage takes them: one by one, or in groups where there are so many that the plan would
/// not hold a step for each.</summary>
internal static class HostGroups
{
    /// <summary>Most steps for the package: 300 instances have 900 steps of their own, and a plan holds 1000.</summary>
    public const int Most = 60;

    public static IReadOnlyList<(string Name, IReadOnlyList<string> Hosts)> Of(IReadOnlyList<string> hosts)
    {
        return hosts.Count <= Most
            ? [.. hosts.Select(h => (h, (IReadOnlyList<string>)[h]))]
            : [
                .. hosts.Chunk((hosts.Count + Most - 1) / Most).Select(
                    (group, i) => (
                        string.Create(CultureInfo.InvariantCulture, $"hosts-{i + 1}"), (IReadOnlyList<string>)group)),
            ];
    }
}
