namespace Drydock.Reconcilers.Oms;

/// <summary>One host: its current container, and what the new one will be made of.</summary>
internal sealed record DiscoveredNode
{
    /// <summary>Name in the spec.</summary>
    public required string Name { get; init; }

    /// <summary>Region in the spec.</summary>
    public required string Region { get; init; }

    /// <summary>OMS_HOST_IP and entry in cm_nodes.</summary>
    public required string HostIP { get; init; }

    /// <summary>Id of the current container.</summary>
    public required string OldContainerId { get; init; }

    /// <summary>Name of the current container.</summary>
    public required string OldContainer { get; init; }

    /// <summary>Image of the current container as it names it.</summary>
    public required string OldImage { get; init; }

    /// <summary>Id of that image.</summary>
    public required string OldImageId { get; init; }

    /// <summary>Name of the new container.</summary>
    public required string NewContainer { get; init; }

    /// <summary>Image of the new container.</summary>
    public required string Image { get; init; }

    /// <summary>Id of that image; null while it is not known (it is pulled).</summary>
    public string? ImageId { get; init; }

    /// <summary>What is in that image (<see cref="Oms.ImageContents"/>); null while it is not known.</summary>
    public string? ImageContents { get; init; }

    /// <summary>Whether the image is on the host already.</summary>
    public bool ImagePresent { get; init; }

    /// <summary>
    /// Whether the image of the archive is on the host already under another name: it only has to be named.
    /// </summary>
    public bool ImageUnderAnotherName { get; init; }

    /// <summary>Archive to load where the image is not present: path in its storage; null to pull.</summary>
    public string? ArchivePath { get; init; }

    /// <summary>The archive's storage (StorageText).</summary>
    public string? ArchiveStorage { get; init; }

    /// <summary>
    /// Whether the archive is a file on the host itself; its path is absolute then, and there is no storage.
    /// </summary>
    public bool ArchiveIsOnHost { get; init; }

    /// <summary>Checksum the archive must have; null if the spec gives none.</summary>
    public string? ArchiveSha256 { get; init; }

    /// <summary>The correction JAR to copy into the new container; null where it is in the image or not run.</summary>
    public FoundJar? Jar { get; init; }

    /// <summary>
    /// Id of the container of the new one's name that an earlier attempt of this upgrade left, stopped; null if there
    /// is none.
    /// </summary>
    public string? LeftoverContainerId { get; init; }

    /// <summary>What the options of the current container are (<see cref="InheritedOptions.Hash"/>).</summary>
    public required string Inherited { get; init; }

    /// <summary>
    /// What the new container keeps of the current one and what differs, for the readers of the plan.
    /// </summary>
    public string ContainerNote { get; init; } = "";

    /// <summary>Restart policy of the current container.</summary>
    public required string RestartPolicy { get; init; }

    /// <summary>Its maximum retry count.</summary>
    public int RestartMaximumRetries { get; init; }

    /// <summary>nginx_server_port of config.yaml.</summary>
    public required int ConsolePort { get; init; }

    /// <summary>Whether the console serves HTTPS only, because a certificate is mounted.</summary>
    public bool Https { get; init; }

    /// <summary>Whether the console of the current container serves HTTPS.</summary>
    public bool OldHttps { get; init; }

    /// <summary>What the current container answered.</summary>
    public required NodeBaseline Baseline { get; init; }
}
