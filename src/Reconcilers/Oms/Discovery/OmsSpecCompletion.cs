namespace Drydock.Reconcilers.Oms;

/// <summary>Makes a spec complete with what preflight found. Everything after the search sees only complete specs.
/// Pure.</summary>
internal static class OmsSpecCompletion
{
    /// <summary>Whether the spec says everything itself, so that nothing has to be found.</summary>
    public static bool IsComplete(OmsUpgradeSpec spec) =>
        spec is { DiscoverFrom: null, FromVersion.Length: > 0, Edition: not null }
        && spec.HighAvailability.Method is not null
        && spec.Regions.TrueForAll(region => region.Nodes.TrueForAll(node =>
            (node.CurrentContainer ?? spec.CurrentContainer) is not null
            && (node.NewContainer ?? spec.NewContainer) is not null));

    /// <summary>The spec with every region and node, and with the containers of each node as far as they are known.
    /// What the spec says is kept.</summary>
    /// <param name="inventory">What was found; null if nothing was looked for yet.</param>
    public static OmsUpgradeSpec Complete(OmsUpgradeSpec written, OmsInventory? inventory)
    {
        if (inventory is null)
        {
            return written;
        }

        var spec = written with
        {
            FromVersion = FromOf(written, inventory),
            Edition = written.Edition ?? inventory.Edition,
            Backup = written.Backup with
            {
                Storage = written.Backup.Storage ?? StorageSpec.Default(inventory.StorageDirectory),
            },
        };
        return IsComplete(written) || inventory.Regions.Count == 0 ? spec : WithNodes(spec, inventory);
    }

    /// <summary>The version before the upgrade; "" while it is unknown.</summary>
    public static string FromOf(OmsUpgradeSpec spec, OmsInventory? inventory) =>
        spec.FromVersion.Length > 0 ? spec.FromVersion : inventory?.FromVersion ?? "";

    private static OmsUpgradeSpec WithNodes(OmsUpgradeSpec spec, OmsInventory inventory)
    {
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

/// <summary>Names of new containers that the spec does not name. Pure.</summary>
internal static class NewContainerName
{
    // As the schema bounds names of containers.
    private const int Longest = 128;

    /// <summary>The name of the current container with the new version in place of the old one: oms_322bp2 becomes
    /// oms_422bp1. Where the old version is not part of it, the new one is appended.</summary>
    public static string Of(string current, OmsVersion? from, string toVersion)
    {
        if (from is null || !OmsVersion.TryParse(toVersion, out var to))
        {
            return Append(current, "new");
        }

        var old = Regex.Matches(
            current,
            $@"(?<![0-9]){from.Major}(?<dot>\.?){from.Minor}\k<dot>{from.Patch}([._-]?bp[0-9]+)?(?![0-9])",
            RegexOptions.CultureInvariant | RegexOptions.IgnoreCase,
            TimeSpan.FromSeconds(1)).LastOrDefault();
        if (old is null)
        {
            return Append(current, Text(to, ""));
        }

        var name = string.Concat(
            current.AsSpan(0, old.Index),
            Text(to, old.Value.Contains('.', StringComparison.Ordinal) ? "." : ""),
            current.AsSpan(old.Index + old.Length));
        return name == current || name.Length > Longest ? Append(current, Text(to, "")) : name;
    }

    private static string Append(string current, string suffix) =>
        $"{current[..Math.Min(current.Length, Longest - suffix.Length - 1)]}_{suffix}";

    private static string Text(OmsVersion version, string separator) =>
        $"{version.Major}{separator}{version.Minor}{separator}{version.Patch}"
        + $"{(version.BugfixPack > 0 ? $"bp{version.BugfixPack}" : "")}";
}
