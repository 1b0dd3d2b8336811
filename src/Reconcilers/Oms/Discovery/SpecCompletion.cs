namespace Drydock.Reconcilers.Oms;

/// <summary>Makes a spec complete with what preflight found. Everything after the search sees only complete specs.
/// Pure.</summary>
internal static class SpecCompletion
{
    /// <summary>Whether the spec says everything itself, so that nothing has to be found.</summary>
    public static bool IsComplete(OmsUpgradeSpec spec) =>
        spec.HostIP is null
        && spec.HighAvailability.Method is not null
        && spec.Regions.TrueForAll(region => region.Nodes.TrueForAll(node =>
            (node.CurrentContainer ?? spec.CurrentContainer) is not null
            && (node.NewContainer ?? spec.NewContainer) is not null));

    /// <summary>The spec with every region and node, and with the containers of each node as far as they are known.
    /// What the spec says is kept.</summary>
    /// <param name="inventory">What was found; null if the spec says everything.</param>
    public static OmsUpgradeSpec Complete(OmsUpgradeSpec spec, OmsInventory? inventory)
    {
        if (inventory is null || IsComplete(spec))
        {
            return spec;
        }

        var written = spec.Regions.SelectMany(region => region.Nodes)
            .DistinctBy(node => node.Name, StringComparer.Ordinal)
            .ToDictionary(node => node.Name, StringComparer.Ordinal);
        return spec with
        {
            Regions =
            [
                .. inventory.Regions.Select(region => new OmsRegion
                {
                    Name = region.Name,
                    Nodes = [.. region.Nodes.Select(node => Node(spec, written.GetValueOrDefault(node.Name), node))],
                }),
            ],
            HighAvailability = spec.HighAvailability with
            {
                Method = spec.HighAvailability.Method ?? inventory.HighAvailabilityMethod,
            },
        };
    }

    private static OmsNode Node(OmsUpgradeSpec spec, OmsNode? written, InventoryNode found) =>
        (written ?? new OmsNode { Name = found.Name, HostIP = found.HostIP }) with
        {
            CurrentContainer = written?.CurrentContainer ?? spec.CurrentContainer ?? found.CurrentContainer,
            NewContainer = written?.NewContainer ?? spec.NewContainer ?? found.NewContainer,
        };
}
