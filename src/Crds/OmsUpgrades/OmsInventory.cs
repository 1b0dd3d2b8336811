namespace Drydock.Crds.OmsUpgrades;

/// <summary>An installation as preflight found it: with it a spec that leaves out what can be found becomes
/// complete.</summary>
[SchemaOf(typeof(string))]
public sealed record OmsInventory : FoundInventory
{
    /// <summary>The edition: spec.edition, otherwise the one that was found.</summary>
    public OmsEdition? Edition { get; init; }

    /// <summary>The regions, in the order in which they are upgraded.</summary>
    public List<InventoryRegion> Regions { get; init => field = value ?? []; } = [];

    /// <summary>The metadata database according to config.yaml: host, port and names of the databases. Absent if no
    /// config.yaml was read.</summary>
    public string? MetadataDatabase { get; init; }

    /// <summary>Who changes ha.config. Absent if the spec says it, or if preflight asks for it.</summary>
    public HighAvailabilityMethod? HighAvailabilityMethod { get; init; }
}

/// <summary>One region of the installation.</summary>
public sealed record InventoryRegion
{
    /// <summary>Name of the region: cm_region, or default.</summary>
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>cm_location; absent if no config.yaml of the region was read.</summary>
    public int? Location { get; init; }

    /// <summary>The nodes, in the order in which they are upgraded.</summary>
    public List<InventoryNode> Nodes { get; init => field = value ?? []; } = [];
}

/// <summary>One node of the installation.</summary>
public sealed record InventoryNode
{
    /// <summary>Its name: as the spec has it, otherwise made from its address.</summary>
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Its address.</summary>
    public string HostIP { get; init => field = value ?? ""; } = "";

    /// <summary>Where its address was found, for instance cm_nodes of 192.0.2.216.</summary>
    public string FoundIn { get; init => field = value ?? ""; } = "";

    /// <summary>Its current container; absent if it was not found.</summary>
    public string? CurrentContainer { get; init; }

    /// <summary>Its new container; absent if the current one was not found.</summary>
    public string? NewContainer { get; init; }

    /// <summary>The TCP ports that OMS uses there according to config.yaml; empty if it was not read.</summary>
    public List<int> Ports { get; init => field = value ?? []; } = [];
}
