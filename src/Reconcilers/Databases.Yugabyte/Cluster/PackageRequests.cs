namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>What of the package a host needs.</summary>
internal static class PackageRequests
{
    /// <summary>The request for a host: the programs of its instances, and the admin tool on the tool host.</summary>
    public static PackageRequest For(YugabyteCluster cluster, string toolHost, string host)
    {
        var (spec, vocabulary) = (cluster.Spec, cluster.Vocabulary);
        var components = spec.Instances.Where(i => i.Host == host).Select(i => i.Component).Distinct().Order().ToList();
        return new PackageRequest
        {
            Package = spec.Package,
            Components = components,
            Programs =
            [
                .. components.Select(vocabulary.Program)
                    .Concat(host == toolHost ? [vocabulary.AdminProgram] : [])
                    .Distinct(StringComparer.Ordinal),
            ],
        };
    }

    /// <summary>The hosts that need it: those of the instances, and the tool host.</summary>
    public static IReadOnlyList<string> Hosts(IReadOnlyList<string> all, string toolHost) =>
        all.Contains(toolHost, StringComparer.Ordinal) ? all : [.. all, toolHost];
}
