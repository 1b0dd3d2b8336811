namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Which PostgreSQL extensions the package on a host has: those with a control file below its
/// directory.</summary>
/// <param name="targets">Access to the hosts.</param>
/// <param name="cluster">The universe.</param>
internal sealed class PackageExtensions(IYugabyteTargets targets, YugabyteCluster cluster)
{
    private const string Suffix = ".control";

    public async Task<IReadOnlySet<string>> ReadAsync(string host, CancellationToken cancellationToken)
    {
        var directory = cluster.Spec.Package.Directory;

        // YugabyteDB keeps them in postgres/share/extension, and a link or a packager may have put them elsewhere
        // below.
        var result = await targets.Hosts.Files(host).RunAsync(
            new RemoteCommand(
                "find", "-L", $"{directory}/", "-maxdepth", "6", "-name", $"*{Suffix}", "-path", "*/extension/*"),
            cancellationToken);
        return result.Output
            .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(l => l.EndsWith(Suffix, StringComparison.Ordinal))
            .Select(l => l[(l.LastIndexOf('/') + 1)..^Suffix.Length])
            .ToHashSet(StringComparer.Ordinal);
    }
}
