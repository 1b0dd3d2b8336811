using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.Events;
using Drydock.Engine.Running;
using Drydock.Reconcilers.Upgrades;
using Microsoft.Extensions.Logging;

namespace Drydock.Reconcilers.Oms;

/// <summary>What the OmsUpgrade controller is composed of.</summary>
internal sealed record OmsServices
{
    /// <summary>The API server.</summary>
    public required IKubernetesClient Kubernetes { get; init; }

    /// <summary>Docker hosts.</summary>
    public required IDockerEndpoints Docker { get; init; }

    /// <summary>Metadata databases.</summary>
    public required IOmsMetadataFactory Metadata { get; init; }

    /// <summary>Image archives and snapshot files.</summary>
    public required IArchiveReader Archives { get; init; }

    /// <summary>Health endpoints.</summary>
    public required IHealthProbe Health { get; init; }

    /// <summary>APIs of consoles.</summary>
    public required IOmsApiFactory Api { get; init; }

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

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Logs.</summary>
    public required ILoggerFactory Loggers { get; init; }
}
