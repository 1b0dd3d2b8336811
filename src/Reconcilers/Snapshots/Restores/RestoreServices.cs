using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.Events;
using Drydock.Clients.Safety;
using Drydock.Clients.Snapshots;
using Drydock.Engine.Running;
using Drydock.Reconcilers.Upgrades;
using Microsoft.Extensions.Logging;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>What the SnapshotRestore controller is composed of.</summary>
internal sealed record RestoreServices
{
    /// <summary>The API server.</summary>
    public required IKubernetesClient Kubernetes { get; init; }

    /// <summary>Finds and verifies snapshots.</summary>
    public required ISnapshotter Snapshotter { get; init; }

    /// <summary>Loads snapshots.</summary>
    public required ISnapshotLoader Loader { get; init; }

    /// <summary>Finds and ends what earlier loads left on the server.</summary>
    public required ISnapshotSessions Sessions { get; init; }

    /// <summary>Opens storages.</summary>
    public required IStorages Storages { get; init; }

    /// <summary>Reaches the servers that are restored to.</summary>
    public required IRestoreServers Servers { get; init; }

    /// <summary>Claims on targets.</summary>
    public required TargetClaims Claims { get; init; }

    /// <summary>The namespaces that the operator serves.</summary>
    public NamespaceScope Scope { get; init; } = NamespaceScope.All;

    /// <summary>Set whenever a restore's status changed.</summary>
    public required AsyncSignal Changes { get; init; }

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
