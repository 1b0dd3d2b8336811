using Drydock.Clients.Kubernetes.Client;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The clients that the steps of one TiDB upgrade use, bound to the current spec and Secrets.</summary>
internal interface ITiDbTargets
{
    /// <summary>The upgrade as last read.</summary>
    DatabaseRollingUpgrade Upgrade { get; }

    /// <summary>The Secrets it refers to.</summary>
    DatabaseSecrets Secrets { get; }

    /// <summary>The hosts.</summary>
    IDatabaseHosts Hosts { get; }

    /// <summary>HTTP of PD, TiDB, pump and drainer: plain or TLS as the spec says.</summary>
    IServiceHttp Http { get; }

    /// <summary>
    /// HTTP that is never encrypted: TiKV's status port (docs/research/tidb.md#tikv) and Spark's pages.
    /// </summary>
    IServiceHttp PlainHttp { get; }

    /// <summary>The API server.</summary>
    IKubernetesClient Kubernetes { get; }

    /// <summary>SQL.</summary>
    IDatabaseSql Sql { get; }

    /// <summary>Where the backup, the saved configuration and archives are kept.</summary>
    IStorages Storages { get; }

    /// <summary>The clock.</summary>
    TimeProvider Time { get; }

    /// <summary>Set whenever a BackupSnapshot of this process changes.</summary>
    AsyncSignal SnapshotChanges { get; }

    /// <summary>Takes every known secret out of a text.</summary>
    string Redact(string text);

    /// <summary>
    /// To be asked before each but the first request of an act that sends several: the engine asks only before the act.
    /// </summary>
    /// <exception cref="Drydock.Engine.Running.ActRefusedException">This process may not act any more.</exception>
    void EnsureMayAct();
}
