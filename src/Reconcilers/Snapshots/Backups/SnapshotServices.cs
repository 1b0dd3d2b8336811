using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.Events;
using Drydock.Clients.Safety;
using Drydock.Clients.Snapshots;
using Drydock.Crds.BackupSnapshots;
using Drydock.Engine.Running;
using Drydock.Reconcilers.Upgrades;
using Microsoft.Extensions.Logging;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>What the BackupSnapshot controller is composed of.</summary>
internal sealed record SnapshotServices
{
    /// <summary>The API server.</summary>
    public required IKubernetesClient Kubernetes { get; init; }

    /// <summary>Takes, verifies and finds snapshots.</summary>
    public required ISnapshotter Snapshotter { get; init; }

    /// <summary>Loads a snapshot for a test.</summary>
    public required ISnapshotLoader Loader { get; init; }

    /// <summary>Opens storages.</summary>
    public required IStorages Storages { get; init; }

    /// <summary>Set whenever a snapshot's status changed.</summary>
    public required AsyncSignal Changes { get; init; }

    /// <summary>Set whenever retention may have something to do.</summary>
    public AsyncSignal Retention { get; init; } = new();

    /// <summary>The namespaces that the operator serves.</summary>
    public NamespaceScope Scope { get; init; } = NamespaceScope.All;

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

    /// <summary>Where a snapshot that has begun is.</summary>
    /// <exception cref="SnapshotException">Its storage cannot be opened.</exception>
    public async Task<SnapshotLocation> LocateAsync(BackupSnapshot snapshot, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return new SnapshotLocation(
            await Storages.OpenAsync(snapshot.Spec.Storage, snapshot.Metadata.Namespace, cancellationToken),
            snapshot.Spec.PathPrefix ?? "",
            snapshot.Status?.SnapshotID ?? throw new ArgumentException("The snapshot has not begun.", nameof(snapshot)));
    }

    /// <summary>
    /// Why nothing may be removed there: the storage bears no mark, so that what seems gone may lie elsewhere; null if
    /// it bears one.
    /// </summary>
    public static async Task<string?> ForeignAsync(SnapshotLocation location, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(location);
        return await location.Storage.ReadMarkAsync(cancellationToken) is null
            ? $"{location.Storage.Description} does not bear the mark of a snapshot storage: it is another volume or bucket than before"
            : null;
    }
}
