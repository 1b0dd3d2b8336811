using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.Events;
using Drydock.Clients.Snapshots;
using Drydock.Engine.Running;
using Drydock.Reconcilers.Common;
using Microsoft.Extensions.Logging;

namespace Drydock.Reconcilers.BackupSnapshots;

/// <summary>What the BackupSnapshot controller is composed of.</summary>
public sealed record SnapshotServices
{
    /// <summary>The API server.</summary>
    public required IKubernetesClient Kubernetes { get; init; }

    /// <summary>Takes, verifies and finds snapshots.</summary>
    public required ISnapshotter Snapshotter { get; init; }

    /// <summary>Opens the storage at a directory.</summary>
    public required Func<string, ISnapshotStorage> Storage { get; init; }

    /// <summary>Set whenever a snapshot's status changed.</summary>
    public required Pulse Changes { get; init; }

    /// <summary>May this process act?</summary>
    public required IActFence Fence { get; init; }

    /// <summary>Events.</summary>
    public required IEventRecorder Events { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Logs.</summary>
    public required ILoggerFactory Loggers { get; init; }
}
