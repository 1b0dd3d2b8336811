using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>What the OmsUpgrade controller is composed of.</summary>
internal sealed record OmsServices : RunServices
{
    /// <summary>Docker hosts.</summary>
    public required IDockerEndpoints Docker { get; init; }

    /// <summary>Metadata databases.</summary>
    public required IOmsMetadataFactory Metadata { get; init; }

    /// <summary>Image archives and snapshot files.</summary>
    public required IArchiveReader Archives { get; init; }

    /// <summary>Image archives on hosts.</summary>
    public HostArchives HostArchives { get; } = new();

    /// <summary>APIs of consoles.</summary>
    public required IOmsApiFactory Api { get; init; }

    /// <summary>The storage preflight for dumps.</summary>
    public required IBackupStorageProbe BackupStorage { get; init; }

    /// <summary>Set whenever a BackupSnapshot of this process changes.</summary>
    public required AsyncSignal SnapshotChanges { get; init; }
}
