namespace Drydock.Reconcilers.Databases;

/// <summary>What keeps the operator from a host is met by every check that asks the host; it is reported once.
/// Pure.</summary>
internal static class HostFindings
{
    private static readonly HashSet<string> OfHosts = new(StringComparer.Ordinal)
    {
        Reasons.HostUnreachable, Reasons.HostKeyRefused, Reasons.AccessDenied, Reasons.SudoRefused,
    };

    public static IReadOnlyList<Finding> Once(IReadOnlyList<Finding> findings)
    {
        var kept = new List<Finding>(findings.Count);
        foreach (var finding in findings)
        {
            if (!OfHosts.Contains(finding.Reason))
            {
                kept.Add(finding);
            }
            else if (!kept.Exists(k => Repeats(finding, k)))
            {
                kept.RemoveAll(k => Repeats(k, finding));
                kept.Add(finding);
            }
        }

        return kept;
    }

    // A check of an instance puts its name before the message of the host.
    private static bool Repeats(Finding finding, Finding other) =>
        finding.Reason == other.Reason && finding.Message.Contains(other.Message, StringComparison.Ordinal);
}
