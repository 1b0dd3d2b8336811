using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Safety;
using Drydock.Clients.Snapshots;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>The dependencies of the SnapshotRestore controller.</summary>
internal sealed record RestoreServices : ControllerServices
{
    public required ISnapshotter Snapshotter { get; init; }

    public required ISnapshotLoader Loader { get; init; }

    /// <summary>Finds and ends sessions that earlier loads left on the server.</summary>
    public required ISnapshotSessions Sessions { get; init; }

    public required IStorages Storages { get; init; }

    public required IRestoreServers Servers { get; init; }

    public required TargetClaims Claims { get; init; }

    public NamespaceScope Scope { get; init; } = NamespaceScope.All;

    /// <summary>Set whenever a restore's status changed.</summary>
    public required AsyncSignal Changes { get; init; }

    /// <summary>Addresses that the operator may connect to.</summary>
    public EndpointPolicy Endpoints { get; init; } = EndpointPolicy.Default;
}
