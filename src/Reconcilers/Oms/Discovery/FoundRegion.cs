namespace Drydock.Reconcilers.Oms;

/// <summary>A region of the installation, with its nodes in the order in which they are upgraded.</summary>
/// <param name="Name">Its name; null until one is found.</param>
internal sealed record FoundRegion(string? Name)
{
    private const string DefaultName = "default";

    public List<FoundNode> Nodes { get; init; } = [];

    /// <summary>cm_location; null if no config.yaml of it was read.</summary>
    public int? Location => Nodes.Select(node => node.Config?.CmLocation).FirstOrDefault(l => l is not null);

    private IReadOnlySet<string> CmNodes => NodeAddress.Set(Nodes.SelectMany(node => node.Config?.CmNodes ?? []));

    /// <summary>Puts found nodes into regions: those of the spec first, in its order, then the others by cm_location.
    /// In a region the nodes of the spec come first, then the others by address, so that the order is the same in every
    /// preflight. Pure.</summary>
    /// <param name="nodes">The nodes in the order in which they were found.</param>
    /// <param name="metadata">What the metadata database says; null if it was not read.</param>
    public static IReadOnlyList<FoundRegion> Group(
        OmsUpgradeSpec spec, IReadOnlyList<FoundNode> nodes, FoundMetadata? metadata)
    {
        var groups = spec.Regions.Select(region => new FoundRegion(region.Name)).ToList();
        foreach (var node in nodes)
        {
            var group = node.IsWritten ? groups.Find(g => g.Name == node.Region) : Find(groups, node);
            if (group is null && (node.Config is not null || node.FoundIn == FoundNode.InHostIP))
            {
                group = new FoundRegion(Name: null);
                groups.Add(group);
            }

            group?.Nodes.Add(node);
        }

        // A host of which nothing could be read belongs to the region that names it.
        foreach (var node in nodes.Where(node => !groups.Exists(g => g.Nodes.Contains(node))))
        {
            groups.Find(g => g.CmNodes.Contains(node.Address))?.Nodes.Add(node);
        }

        var regions = new List<FoundRegion>();
        foreach (var group in groups.Where(g => g.Name is not null)
            .Concat(groups.Where(g => g.Name is null).OrderBy(g => g.Location ?? int.MaxValue))
            .Where(g => g.Nodes.Count > 0))
        {
            var name = SchemaLimits.Clip(group.NameBy(metadata), SchemaLimits.Name);
            regions.Add(new FoundRegion(regions.Exists(r => r.Name == name)
                ? SchemaLimits.Cut($"{name}-{regions.Count}", SchemaLimits.Name)
                : name)
            {
                Nodes =
                [
                    .. group.Nodes.Where(node => node.IsWritten),
                    .. group.Nodes.Where(node => !node.IsWritten).OrderBy(Order, StringComparer.Ordinal),
                ],
            });
        }

        return regions;
    }

    // Which node named it counts more than what its own config.yaml says: TopologyBuilder compares the two.
    private static FoundRegion? Find(List<FoundRegion> groups, FoundNode node)
    {
        for (var by = node.NamedBy; by is not null; by = by.NamedBy)
        {
            if (groups.Find(g => g.Nodes.Contains(by)) is { } group)
            {
                return group;
            }
        }

        return node.Config is { } config ? groups.Find(g => g.Location == config.CmLocation) : null;
    }

    private string NameBy(FoundMetadata? metadata) => Name
        ?? Nodes.Select(node => node.Config?.CmRegion).FirstOrDefault(region => region is not null)
        ?? (Location is { } location ? metadata?.NameOf(location) : null)
        ?? DefaultName;

    private static string Order(FoundNode node) => IPAddress.TryParse(node.Address, out var address)
        ? Convert.ToHexString(address.GetAddressBytes())
        : node.Address;
}
