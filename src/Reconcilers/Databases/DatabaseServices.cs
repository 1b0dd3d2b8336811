using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.Events;
using Drydock.Clients.Safety;
using Drydock.Engine.Running;
using Drydock.Reconcilers.Upgrades;
using Microsoft.Extensions.Logging;

namespace Drydock.Reconcilers.Databases;

/// <summary>What the DatabaseRollingUpgrade controller is composed of.</summary>
internal sealed record DatabaseServices
{
    /// <summary>The engines this operator has.</summary>
    public required DatabaseEngineSet Engines { get; init; }

    /// <summary>The API server.</summary>
    public required IKubernetesClient Kubernetes { get; init; }

    /// <summary>What hosts are reached by.</summary>
    public required DatabaseHostServices Hosts { get; init; }

    /// <summary>Archives, dumps and saved configuration.</summary>
    public required IStorages Storages { get; init; }

    /// <summary>The storage preflight for dumps.</summary>
    public required IBackupStorageProbe BackupStorage { get; init; }

    /// <summary>Set whenever a BackupSnapshot of this process changes.</summary>
    public required AsyncSignal SnapshotChanges { get; init; }

    /// <summary>Claims on targets.</summary>
    public required TargetClaims Claims { get; init; }

    /// <summary>May this process act?</summary>
    public required IActFence Fence { get; init; }

    /// <summary>Events.</summary>
    public required IEventRecorder Events { get; init; }

    /// <summary>Which addresses are connected to.</summary>
    public EndpointPolicy Endpoints { get; init; } = EndpointPolicy.Default;

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Logs.</summary>
    public required ILoggerFactory Loggers { get; init; }
}
