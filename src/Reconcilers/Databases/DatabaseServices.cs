namespace Drydock.Reconcilers.Databases;

/// <summary>What the DatabaseRollingUpgrade controller is composed of.</summary>
internal sealed record DatabaseServices : RunServices
{
    public required DatabaseEngineSet Engines { get; init; }

    public required DatabaseHostServices Hosts { get; init; }

    public required IStorages Storages { get; init; }

    public required IBackupStorageProbe BackupStorage { get; init; }

    public required AsyncSignal SnapshotChanges { get; init; }

    public EndpointPolicy Endpoints { get; init; } = EndpointPolicy.Default;
}
