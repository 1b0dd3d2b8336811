namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The clients that preflight, steps and guards of one TiDB upgrade use.</summary>
internal interface ITiDbTargets : IDatabaseTargets
{
    DatabaseSecrets Secrets { get; }

    /// <summary>HTTP that is never encrypted: TiKV's status port (docs/research/tidb.md#tikv) and Spark's
    /// pages.</summary>
    IServiceHttp PlainHttp { get; }

    IServiceHttp GrafanaHttp { get; }

    IDatabaseSql Sql { get; }

    IStorages Storages { get; }

    AsyncSignal SnapshotChanges { get; }
}
