namespace Drydock.Reconcilers.Oms;

/// <summary>Reads from the metadata database which regions and hosts OMS has. Changes nothing.</summary>
internal sealed class MetadataSearch(OmsTargets targets, Findings findings)
{
    public async Task<FoundMetadata?> ReadAsync(
        OmsConfig config, bool hosts, bool highAvailability, CancellationToken cancellationToken)
    {
        try
        {
            var metadata = targets.OpenMetadata(config);
            return new FoundMetadata(
                config.CmDatabase,
                hosts ? await metadata.ClusterInfoAsync(config.RmDatabase, cancellationToken) : [],
                hosts ? await HostsAsync(metadata, config.CmDatabase, cancellationToken) : [],
                highAvailability ? await metadata.ReadHaConfigAsync(config.RmDatabase, cancellationToken) : null);
        }
        catch (OmsMetadataException exception)
        {
            findings.Add(
                MetadataPreflight.ReasonOf(exception.Kind), exception.Message, field: "spec.metadataDatabase");
            return null;
        }
    }

    // Only regions that no cm_nodes leads to are found through this table. If one is missing, that is reported.
    private static async Task<IReadOnlyList<OmsHost>> HostsAsync(
        IOmsMetadata metadata, string cmDatabase, CancellationToken cancellationToken)
    {
        try
        {
            return await metadata.HostsAsync(cmDatabase, cancellationToken);
        }
        catch (OmsMetadataException exception) when (exception.Kind == OmsMetadataErrorKind.Missing)
        {
            return [];
        }
    }
}

/// <summary>What the metadata database says of the installation.</summary>
/// <param name="CmDatabase">drc_cm_db.</param>
/// <param name="Regions">The rows of cluster_info; empty if they were not asked for.</param>
/// <param name="Hosts">The hosts of cluster management; empty if they were not asked for.</param>
/// <param name="HighAvailability">The row ha.config; null if it was not asked for.</param>
internal sealed record FoundMetadata(
    string CmDatabase,
    IReadOnlyList<ClusterInfoRow> Regions,
    IReadOnlyList<OmsHost> Hosts,
    HaConfigRow? HighAvailability)
{
    public IReadOnlyList<ClusterInfoRow> Missing(IReadOnlyList<FoundNode> nodes)
    {
        var locations = nodes.Select(node => node.Config?.CmLocation.ToString(CultureInfo.InvariantCulture))
            .ToHashSet(StringComparer.Ordinal);
        return [.. Regions.Where(row => !locations.Contains(row.Code.Trim()))];
    }

    public string? NameOf(int location) => Regions
        .FirstOrDefault(row => row.Code.Trim() == location.ToString(CultureInfo.InvariantCulture))?.Region.Trim()
        is { Length: > 0 } name
        ? name
        : null;
}
