using Drydock.Clients.Safety;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases;

/// <summary>What the DatabaseRollingUpgrade controller is composed of.</summary>
internal sealed record DatabaseServices : RunServices
{
    /// <summary>The engines this operator has.</summary>
    public required DatabaseEngineSet Engines { get; init; }

    /// <summary>How hosts are reached.</summary>
    public required DatabaseHostServices Hosts { get; init; }

    /// <summary>Archives, dumps and saved configuration.</summary>
    public required IStorages Storages { get; init; }

    /// <summary>The storage preflight for dumps.</summary>
    public required IBackupStorageProbe BackupStorage { get; init; }

    /// <summary>Set whenever a BackupSnapshot of this process changes.</summary>
    public required AsyncSignal SnapshotChanges { get; init; }

    /// <summary>Which addresses are connected to.</summary>
    public EndpointPolicy Endpoints { get; init; } = EndpointPolicy.Default;
}
