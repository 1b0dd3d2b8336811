using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Safety;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases;

/// <summary>What the clients of any engine are made from, bound to one upgrade.</summary>
internal interface IEngineContext
{
    /// <summary>The upgrade as last read.</summary>
    DatabaseRollingUpgrade Upgrade { get; }

    /// <summary>The Secrets it refers to.</summary>
    DatabaseSecrets Secrets { get; }

    /// <summary>The hosts of its processes.</summary>
    IDatabaseHosts Hosts { get; }

    /// <summary>HTTP to its processes: plain or TLS as the spec says.</summary>
    IServiceHttp Http { get; }

    /// <summary>HTTP that is never encrypted.</summary>
    IServiceHttp PlainHttp { get; }

    /// <summary>The API server.</summary>
    IKubernetesClient Kubernetes { get; }

    /// <summary>Storages of backups, saved configuration and archives.</summary>
    IStorages Storages { get; }

    /// <summary>Addresses that may be connected to.</summary>
    EndpointPolicy Endpoints { get; }

    /// <summary>The clock.</summary>
    TimeProvider Time { get; }

    /// <summary>Set whenever a BackupSnapshot of this process changes.</summary>
    AsyncSignal SnapshotChanges { get; }

    /// <summary>Called on an event in the cluster; the run observes again.</summary>
    void OnEvent();

    /// <summary>HTTP with other TLS material; disposed of with the context.</summary>
    IServiceHttp Connect(ServiceTlsMaterial? tls);

    /// <summary>Takes every known secret out of a text.</summary>
    string Redact(string text);

    /// <summary>
    /// To be asked before each but the first request of an act that sends several: the engine asks only before the act.
    /// </summary>
    /// <exception cref="Drydock.Engine.Running.ActRefusedException">This process may not act any more.</exception>
    void EnsureMayAct();
}
