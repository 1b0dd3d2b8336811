using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The clients that preflight, steps and guards of one TiDB upgrade use.</summary>
internal interface ITiDbTargets : IDatabaseTargets
{
    /// <summary>The Secrets of the upgrade.</summary>
    DatabaseSecrets Secrets { get; }

    /// <summary>
    /// HTTP that is never encrypted: TiKV's status port (docs/research/tidb.md#tikv) and Spark's pages.
    /// </summary>
    IServiceHttp PlainHttp { get; }

    /// <summary>HTTP with the login of spec.tidb.dashboards, on the host of Grafana.</summary>
    IServiceHttp GrafanaHttp { get; }

    IDatabaseSql Sql { get; }

    /// <summary>Storages of the backup, the saved configuration and archives.</summary>
    IStorages Storages { get; }

    /// <summary>Set whenever a BackupSnapshot of this process changes.</summary>
    AsyncSignal SnapshotChanges { get; }
}
