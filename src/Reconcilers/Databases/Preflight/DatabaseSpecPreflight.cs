namespace Drydock.Reconcilers.Databases;

/// <summary>What the CEL rules of the schema cannot say about a spec: comparisons of hundreds of entries with each
/// other, which are above their cost limits, and what shows only once the search has completed the spec. Everything
/// else is checked by the API server alone.</summary>
internal static class DatabaseSpecPreflight
{
    /// <summary>Everything that contradicts itself in a completed spec, with the reason InvalidSpec.</summary>
    public static IReadOnlyList<Finding> Check(DatabaseRollingUpgradeSpec spec) =>
        [.. Hosts(spec), .. Steps(spec), .. Ports(spec), .. Services(spec)];

    private static IEnumerable<Finding> Hosts(DatabaseRollingUpgradeSpec spec)
    {
        var named = Named(spec);
        return spec.Access.Docker is { } docker
            ? Containers("spec.access.docker.hosts", docker, named)
            : Unfitting("spec.access.ssh.hosts", (spec.Access.Ssh?.Hosts ?? []).ToLookup(h => h.Host, Ordinal), named);
    }

    private static IEnumerable<Finding> Containers(
        string field, ContainerAccess docker, List<(string Host, string By)> named)
    {
        var listed = docker.Hosts.ToLookup(h => h.Host, Ordinal);
        foreach (var (host, by) in named.DistinctBy(n => n.Host, Ordinal).Where(n => !listed.Contains(n.Host)))
        {
            yield return Invalid(
                $"{by} names the host {host}, but {field} has no entry for it. Add an entry that names its container.",
                field);
        }

        foreach (var finding in Unfitting(field, listed, named))
        {
            yield return finding;
        }

        foreach (var shared in docker.Hosts.GroupBy(h => (h.Endpoint, h.Container))
            .Where(g => g.DistinctBy(h => h.Host, Ordinal).Count() > 1))
        {
            yield return Invalid(
                $"{string.Join(" and ", shared.Select(h => h.Host))} name the same container ({shared.Key.Container} "
                    + $"at {shared.Key.Endpoint}). Give each its own container.",
                $"{field}[{shared.Last().Host}]");
        }
    }

    private static IEnumerable<Finding> Unfitting<T>(
        string field, ILookup<string, T> listed, List<(string Host, string By)> named)
    {
        foreach (var entries in listed)
        {
            if (entries.Count() > 1)
            {
                yield return Invalid(
                    $"{field} has {entries.Count()} entries for {entries.Key}. Keep one of them.",
                    $"{field}[{entries.Key}]");
            }

            if (!named.Exists(n => n.Host == entries.Key))
            {
                yield return Invalid(
                    $"{field} has an entry for {entries.Key}, but the spec names no such host. "
                        + "Remove or correct the entry.",
                    $"{field}[{entries.Key}]");
            }
        }
    }

    private static IEnumerable<Finding> Steps(DatabaseRollingUpgradeSpec spec)
    {
        var steps = (3 * spec.Instances.Count) + (4 * (spec.Yugabyte?.Replication.Groups.Count ?? 0))
            + (spec.Tidb?.Services().Count() ?? 0) + (spec.Tidb?.TiSpark?.Hosts.Count ?? 0)
            + (spec.Tidb?.Dashboards is null ? 0 : 1);
        if (steps > SchemaLimits.StepsOfParts)
        {
            yield return Invalid(
                $"The plan would have more than {SchemaLimits.StepsOfParts} steps: 3 an instance, 4 a replication "
                    + "group, 1 a host of a monitoring service, 1 a Spark host, 1 for dashboards. Leave out monitoring "
                    + "services or Spark hosts, and restart those by hand.",
                "spec.instances");
        }
    }

    private static IEnumerable<Finding> Ports(DatabaseRollingUpgradeSpec spec) =>
        spec.Instances.GroupBy(i => (i.Host, Port: i.Port ?? DefaultPorts.Service(spec, i)))
            .Where(g => g.Count() > 1)
            .Select(twice => Invalid(
                $"{string.Join(" and ", twice.Select(i => i.Name))} have the same host and port "
                    + $"({twice.Key.Host}:{twice.Key.Port}). Give each its own port.",
                $"spec.instances[{twice.Last().Name}].port"));

    private static IEnumerable<Finding> Services(DatabaseRollingUpgradeSpec spec) =>
        (spec.Tidb?.Monitoring ?? []).SelectMany(m => m.Each().Select(one => (one.Name, Of: m)))
            .GroupBy(s => s.Name, s => s.Of, Ordinal)
            .Where(g => g.Count() > 1)
            .Take(1)
            .Select(same => Invalid(
                "Two monitoring services would have the same step: NAME-HOST of one is the name of another. Rename "
                    + "one.",
                $"spec.tidb.monitoring[{same.Last().Name}].name"));

    private static List<(string Host, string By)> Named(DatabaseRollingUpgradeSpec spec) =>
    [
        .. spec.Instances.Select(i => (i.Host, $"spec.instances[{i.Name}]")),
        .. spec.ToolHost is { } tools ? [(tools, "spec.toolHost")] : Array.Empty<(string, string)>(),
        .. (spec.Tidb?.Monitoring ?? []).SelectMany(
            m => m.Each().Select(one => (one.Host, $"spec.tidb.monitoring[{m.Name}]"))),
        .. (spec.Tidb?.TiSpark?.Hosts ?? []).Select(h => (h, "spec.tidb.tiSpark.hosts")),
    ];

    private static StringComparer Ordinal => StringComparer.Ordinal;

    private static Finding Invalid(string message, string field) =>
        new() { Reason = Reasons.InvalidSpec, Message = message, Field = field };
}
