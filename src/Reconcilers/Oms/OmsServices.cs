namespace Drydock.Reconcilers.Oms;

/// <summary>What the OmsUpgrade controller is composed of.</summary>
internal sealed record OmsServices : RunServices
{
    public required IDockerEndpoints Docker { get; init; }

    public required IOmsMetadataFactory Metadata { get; init; }

    public required IArchiveReader Archives { get; init; }

    public HostArchives HostArchives { get; } = new();

    public required IOmsApiFactory Api { get; init; }

    public required IBackupStorageProbe BackupStorage { get; init; }

    public required AsyncSignal SnapshotChanges { get; init; }
}
