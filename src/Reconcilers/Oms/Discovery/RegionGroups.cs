namespace Drydock.Reconcilers.Oms;

/// <summary>Puts found nodes into regions: those of the spec first, in its order, then the others by cm_location. In a
/// region the nodes of the spec come first, then the others by address, so that the order is the same in every
/// preflight. Pure.</summary>
/// <param name="nodes">The nodes in the order in which they were found.</param>
/// <param name="metadata">What the metadata database says; null if it was not read.</param>
internal sealed class RegionGroups(OmsUpgradeSpec spec, IReadOnlyList<FoundNode> nodes, FoundMetadata? metadata)
{
    private const string DefaultName = "default";

    public IReadOnlyList<FoundRegion> Compile()
    {
        var groups = spec.Regions.Select(region => new Group(region.Name)).ToList();
        foreach (var node in nodes)
        {
            var group = node.IsWritten
                ? groups.Find(g => g.Name == node.Region)
                : Find(groups, node);
            if (group is null && (node.Config is not null || node.FoundIn == FoundNode.InHostIP))
            {
                group = new Group(Name: null);
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
            var name = Name(group);
            regions.Add(new FoundRegion(
                regions.Exists(r => r.Name == name) ? Again(name, regions.Count) : name,
                group.Location,
                [
                    .. group.Nodes.Where(node => node.IsWritten),
                    .. group.Nodes.Where(node => !node.IsWritten).OrderBy(Order, StringComparer.Ordinal),
                ]));
        }

        return regions;
    }

    // Which node named it counts more than what its own config.yaml says: TopologyBuilder compares the two.
    private static Group? Find(List<Group> groups, FoundNode node)
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

    private string Name(Group group)
    {
        var name = group.Name
            ?? group.Nodes.Select(node => node.Config?.CmRegion).FirstOrDefault(region => region is not null)
            ?? (group.Location is { } location ? metadata?.NameOf(location) : null)
            ?? DefaultName;
        return SchemaLimits.Clip(name, SchemaLimits.Name);
    }

    private static string Again(string name, int number) =>
        SchemaLimits.Cut($"{name}-{number}", SchemaLimits.Name);

    private static string Order(FoundNode node) => IPAddress.TryParse(node.Address, out var address)
        ? Convert.ToHexString(address.GetAddressBytes())
        : node.Address;

    private sealed record Group(string? Name)
    {
        public List<FoundNode> Nodes { get; } = [];
        public int? Location => Nodes.Select(node => node.Config?.CmLocation).FirstOrDefault(l => l is not null);
        public IReadOnlySet<string> CmNodes => NodeAddress.Set(Nodes.SelectMany(node => node.Config?.CmNodes ?? []));
    }
}

/// <param name="Location">cm_location; null if no config.yaml of it was read.</param>
/// <param name="Nodes">Its nodes, in the order in which they are upgraded.</param>
internal sealed record FoundRegion(string Name, int? Location, IReadOnlyList<FoundNode> Nodes);
