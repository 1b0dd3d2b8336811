using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>The rules of spec.access, in code.</summary>
internal static class HostAccessRules
{
    private const string Field = "spec.access.docker";

    /// <summary>What contradicts itself, or does not fit the hosts the spec names.</summary>
    public static IEnumerable<Finding> Check(DatabaseRollingUpgradeSpec spec)
    {
        if (spec.Access.Ssh is null == spec.Access.Docker is null)
        {
            return [StorageRules.Refusal(RuleMessages.OneAccess, "spec.access")];
        }

        return spec.Access.Docker is { } docker
            ?
            [
                .. new DockerEndpointRules(
                    [.. docker.Hosts.Select(h => h.Endpoint)],
                    docker.TlsSecretRef,
                    docker.SshSecretRef,
                    docker.Insecure,
                    docker.Jump is not null,
                    docker.EngineBecome).Check(Field),
                .. Hosts(spec, docker),
            ]
            : [.. Ssh(spec, spec.Access.Ssh!)];
    }

    private static IEnumerable<Finding> Ssh(DatabaseRollingUpgradeSpec spec, SshAccess ssh)
    {
        var listed = ssh.Hosts.ToLookup(h => h.Host, StringComparer.Ordinal);
        foreach (var finding in Unfitting("spec.access.ssh.hosts", listed, Named(spec)))
        {
            yield return finding;
        }

        if (ssh is { BecomeFor: BecomeFor.Units, Become: Become.None })
        {
            yield return StorageRules.Refusal(RuleMessages.BecomeForNeedsSudo, "spec.access.ssh.becomeFor");
        }
    }

    // By name: of three hundred hosts a rule of the server's could only say that one is missing.
    private static IEnumerable<Finding> Hosts(DatabaseRollingUpgradeSpec spec, ContainerAccess docker)
    {
        var field = $"{Field}.hosts";
        var named = Named(spec);
        var listed = docker.Hosts.ToLookup(h => h.Host, StringComparer.Ordinal);
        foreach (var (host, by) in named.DistinctBy(n => n.Host, StringComparer.Ordinal).Where(
            n => !listed.Contains(n.Host)))
        {
            yield return StorageRules.Refusal(
                $"{by} names the host {host}, but {field} has no entry for it. Add an entry that names its container.",
                field);
        }

        foreach (var finding in Unfitting(field, listed, named))
        {
            yield return finding;
        }

        foreach (var shared in docker.Hosts.GroupBy(h => (h.Endpoint, h.Container))
            .Where(g => g.DistinctBy(h => h.Host, StringComparer.Ordinal).Count() > 1))
        {
            yield return StorageRules.Refusal(
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
                yield return StorageRules.Refusal(
                    $"{field} has {entries.Count()} entries for {entries.Key}. Keep one of them.",
                    $"{field}[{entries.Key}]");
            }

            if (!named.Exists(n => n.Host == entries.Key))
            {
                yield return StorageRules.Refusal(
                    $"{field} has an entry for {entries.Key}, but the spec names no such host. "
                        + "Remove or correct the entry.",
                    $"{field}[{entries.Key}]");
            }
        }
    }

    private static List<(string Host, string By)> Named(DatabaseRollingUpgradeSpec spec) =>
    [
        .. spec.Instances.Select(i => (i.Host, $"spec.instances[{i.Name}]")),
        .. spec.ToolHost is { } tools ? [(tools, "spec.toolHost")] : Array.Empty<(string, string)>(),
        .. (spec.Tidb?.Monitoring ?? []).SelectMany(
            m => m.Each().Select(one => (one.Host, $"spec.tidb.monitoring[{m.Name}]"))),
        .. (spec.Tidb?.TiSpark?.Hosts ?? []).Select(h => (h, "spec.tidb.tiSpark.hosts")),
    ];
}
