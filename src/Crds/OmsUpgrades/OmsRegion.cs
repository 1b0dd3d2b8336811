namespace Drydock.Crds.OmsUpgrades;

/// <summary>One region (cm_region) of an installation.</summary>
public sealed record OmsRegion
{
    /// <summary>Name of the region as in cm_region. Use default for an installation without regions.</summary>
    [Length(SchemaLimits.ShortName, Minimum = 1)]
    [Pattern("^[A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?$")]
    public string Name { get; init => field = value ?? DefaultName; } = DefaultName;

    /// <summary>The nodes, in the order in which one follows another.</summary>
    [Required]
    [ListMap("name")]
    [Items(SchemaLimits.Nodes, Minimum = 1)]
    public List<OmsNode> Nodes { get; init => field = value ?? []; } = [];

    private const string DefaultName = "default";
}

/// <summary>One host that runs an OMS container.</summary>
public sealed record OmsNode
{
    /// <summary>A short name for the node, unique in all regions. Step ids contain it.</summary>
    [Required]
    [Label]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The address by which OMS knows the host: OMS_HOST_IP and the entry in cm_nodes. Unique in all
    /// regions.</summary>
    [Required]
    [Length(45, Minimum = 2)]
    [Pattern(Patterns.IPAddress)]
    public string HostIP { get; init => field = value ?? ""; } = "";

    /// <summary>How the operator reaches its dockerd. It replaces spec.docker as a whole.</summary>
    [FieldClass(FieldClass.Access)]
    public DockerAccess? Docker { get; init; }

    /// <summary>Its current container, if not spec.currentContainer.</summary>
    [ContainerName]
    public string? CurrentContainer { get; init; }

    /// <summary>Its new container, if not spec.newContainer.</summary>
    [ContainerName]
    public string? NewContainer { get; init; }

    /// <summary>Its name of the image, if not spec.image. The image ID must be the same on every node.</summary>
    [Length(512, Minimum = 1)]
    [Pattern(Patterns.Image)]
    public string? Image { get; init; }

    /// <summary>Its archive, if not spec.imageArchive.</summary>
    public OmsArchive? ImageArchive { get; init; }

    /// <summary>What differs in its new container, besides spec.container. An entry of the same name, and logConfig,
    /// memory and stopGrace, replace those of spec.container.</summary>
    public ContainerSpec? Container { get; init; }
}
