namespace Drydock.Reconcilers.Databases;

/// <summary>What keeps the operator from a host is met by every check that asks the host; it is reported once. What is
/// found alike on several hosts, or for several instances, is one finding that names them. Pure.</summary>
internal static class HostFindings
{
    private const int Named = 12;

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

        return
        [
            .. kept.GroupBy(f => (f.Reason, f.Acknowledge, Text: f.Node is { Length: > 0 } node
                    ? f.Message.Replace(node, "\0", StringComparison.Ordinal)
                    : f.Message))
                .Select(alike => Merged([.. alike])),
        ];
    }

    private static Finding Merged(List<Finding> alike)
    {
        List<string> others = [.. alike.Skip(1).Select(f => f.Node ?? "").Where(node => node.Length > 0)];
        return others.Count == 0 ? alike[0] : alike[0] with
        {
            Message = SchemaLimits.Clip(Sentences.Join(
                alike[0].Message, $"The same holds for {Sentences.List(others, Named)}.")),
        };
    }

    // A check of an instance puts its name before the message of the host.
    private static bool Repeats(Finding finding, Finding other) =>
        finding.Reason == other.Reason && finding.Message.Contains(other.Message, StringComparison.Ordinal);
}

/// <summary>Converts a failure of a target into a finding of the preflight.</summary>
internal static class ClientFailures
{
    /// <summary>The finding; null for any other exception.</summary>
    /// <param name="node">The instance or host that was asked; null takes the host of the failure.</param>
    /// <param name="field">The field of the spec that named the target; null takes that of the failure. The field of a
    /// host's failure is preferred.</param>
    public static Finding? Finding(Exception exception, string? node, string? field)
    {
        return exception switch
        {
            HostException host => Of(host.Reason, node ?? host.Host, host.Field ?? field),
            TargetException target => Of(target.Reason, node, field ?? target.Field),
            SnapshotException storage => Of(StorageReasons.Of(storage), node, field),
            _ => null,
        };

        Finding Of(string reason, string? at, string? of) =>
            new() { Reason = reason, Message = exception.Message, Node = at, Field = of };
    }

    public static Task CheckAsync(
        this Findings findings, Func<Task> check, string? node = null, string? field = null) => findings.LookAsync(
            async () =>
            {
                await check();
                return true;
            },
            node, field);
}

/// <summary>The storages that an upgrade of a database names.</summary>
internal static class DatabaseStorages
{
    public static IEnumerable<Finding> Refusals(IStorages places, DatabaseRollingUpgrade upgrade) =>
        places.Refusals(
            upgrade.Spec.Package.Archives.Select(a => (a.Storage, $"spec.package.archives[{a.Name}].storage"))
                .Append((upgrade.Spec.Tidb?.Backup?.Storage, "spec.tidb.backup.storage")),
            upgrade.Metadata.Namespace);
}
