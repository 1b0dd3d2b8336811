namespace Drydock.Reconcilers.Oms;

/// <summary>One host: its current container, and what the new one will be made of.</summary>
internal sealed record DiscoveredNode
{
    public required string Name { get; init; }

    public required string Region { get; init; }

    /// <summary>OMS_HOST_IP and entry in cm_nodes.</summary>
    public required string HostIP { get; init; }

    public required string OldContainerId { get; init; }

    public required string OldContainer { get; init; }

    public required string OldImage { get; init; }

    public required string OldImageId { get; init; }

    public required string NewContainer { get; init; }

    public required string Image { get; init; }

    public string? ImageId { get; init; }

    public string? ImageContents { get; init; }

    public bool ImagePresent { get; init; }

    public bool ImageUnderAnotherName { get; init; }

    /// <summary>Archive to load where the image is not present: path in its storage; null to pull.</summary>
    public string? ArchivePath { get; init; }

    public string? ArchiveStorage { get; init; }

    public bool ArchiveIsOnHost { get; init; }

    /// <summary>Checksum the archive must have; null if the spec gives none.</summary>
    public string? ArchiveSha256 { get; init; }

    public FoundJar? Jar { get; init; }

    /// <summary>Id of the container of the new one's name that an earlier attempt of this upgrade left, stopped; null
    /// if there is none.</summary>
    public string? LeftoverContainerId { get; init; }

    public required string Inherited { get; init; }

    public string ContainerNote { get; init; } = "";

    public required string RestartPolicy { get; init; }

    public int RestartMaximumRetries { get; init; }

    /// <summary>Of config.yaml, by key; see <see cref="OmsConfig.PlannedValues"/>.</summary>
    public SortedDictionary<string, string> Configuration { get; init; } = [];

    /// <summary>nginx_server_port of config.yaml.</summary>
    public required int ConsolePort { get; init; }

    /// <summary>Whether the console serves HTTPS only, because a certificate is mounted.</summary>
    public bool Https { get; init; }

    public bool OldHttps { get; init; }

    public required NodeBaseline Baseline { get; init; }
}
