namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>PostgreSQL extensions in use and those of the new version (docs/research/yugabytedb.md#procedure). What
/// cannot be read is said, never guessed.</summary>
internal sealed class ExtensionPreflight(IYugabyteTargets targets, YugabyteCluster cluster, Findings findings)
{
    public async Task LookAsync(bool? sqlIsOn, IReadOnlyList<HostFacts> hosts, CancellationToken cancellationToken)
    {
        if (sqlIsOn == false)
        {
            return;
        }

        var (inUse, problem) = await new ExtensionsInUse(targets, cluster).ReadAsync(cancellationToken);
        if (inUse is null)
        {
            findings.Add(
                Reasons.ExtensionsUnreadable,
                $"The PostgreSQL extensions in use cannot be read. {problem} Set "
                + "spec.yugabyte.sql.credentialsSecretRef, or list them "
                + "in spec.yugabyte.sql.extensionsInUse (an empty list if there are none).",
                field: "spec.yugabyte.sql");
            return;
        }

        var brought = cluster.Spec.Package.Extensions.Select(e => e.Name).ToHashSet(StringComparer.Ordinal);
        var asked = inUse.Where(e => !brought.Contains(e)).ToList();
        if (asked.Count == 0)
        {
            return;
        }

        var servers = cluster.Tservers.Select(t => t.Host).ToHashSet(StringComparer.Ordinal);
        var ready = hosts.Where(h => servers.Contains(h.Host) && h.Package is { Programs.Count: > 0 })
            .Select(h => h.Host)
            .ToList();
        if (ready.Count < servers.Count)
        {
            findings.Note(
                $"Extensions in use: {string.Join(", ", inUse)}. The new version is checked for them after it is "
                + "unpacked, before the first server is stopped.");
        }

        await YugabyteCluster.EachAsync(ready, (host, token) => CheckAsync(host, asked, token), cancellationToken);
    }

    private async Task<bool> CheckAsync(string host, IReadOnlyList<string> asked, CancellationToken cancellationToken)
    {
        try
        {
            var there = await new PackageExtensions(targets, cluster).ReadAsync(host, cancellationToken);
            var missing = asked.Where(e => !there.Contains(e)).ToList();
            if (missing.Count > 0)
            {
                findings.Add(
                    Reasons.ExtensionMissing,
                    $"{string.Join(", ", missing)} {(missing.Count == 1 ? "is" : "are")} in use and not in "
                    + $"{cluster.Spec.Package.Directory} on {host}. List the files in spec.package.extensions.",
                    host,
                    "spec.package.extensions");
            }

            return missing.Count == 0;
        }
        catch (HostException exception)
        {
            findings.Add(exception, host);
            return false;
        }
    }
}
