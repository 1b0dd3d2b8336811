namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>Which components belong to which engine. An engine that is not listed here is refused.</summary>
public static class DatabaseEngines
{
    private static readonly Dictionary<DatabaseEngine, DatabaseComponent[]> Components = new()
    {
        [DatabaseEngine.YugabyteDB] = [DatabaseComponent.Master, DatabaseComponent.Tserver],
        [DatabaseEngine.TiDB] =
            [
                DatabaseComponent.PD,
                DatabaseComponent.TiKV,
                DatabaseComponent.Pump,
                DatabaseComponent.TiDB,
                DatabaseComponent.Drainer,
            ],
    };

    /// <summary>Why the engine is refused; null if it is supported.</summary>
    public static string? Refusal(this DatabaseEngine engine) => Refusal(engine, Components.Keys);

    /// <summary>Why the engine is refused; null if it is one of those that are supported.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="supported">Those that are supported.</param>
    public static string? Refusal(this DatabaseEngine engine, IReadOnlyCollection<DatabaseEngine> supported) =>
        supported.Contains(engine)
            ? null
            : $"spec.engine is {engine}, and this operator has no code for it. "
                + $"Set it to {string.Join(" or ", supported)}, or install an operator that supports it.";

    /// <summary>Whether a process of this component belongs to the engine.</summary>
    /// <exception cref="NotSupportedException">The engine is not supported.</exception>
    public static bool Has(this DatabaseEngine engine, DatabaseComponent component) =>
        Components.TryGetValue(engine, out var components)
        ? components.Contains(component)
        : throw new NotSupportedException(engine.Refusal());
}

/// <summary>The database engine.</summary>
public enum DatabaseEngine
{
    /// <summary>YugabyteDB, or BMDB if the dialect says so.</summary>
    YugabyteDB,

    /// <summary>TiDB with PD, TiKV and their tools.</summary>
    TiDB,
}

/// <summary>The role of a process in its database.</summary>
public enum DatabaseComponent
{
    /// <summary>YugabyteDB: yb-master, mserver.</summary>
    Master,

    /// <summary>YugabyteDB: yb-tserver, dbserver.</summary>
    Tserver,

    /// <summary>TiDB: placement driver.</summary>
    PD,

    /// <summary>TiDB: storage.</summary>
    TiKV,

    /// <summary>TiDB: binlog collector.</summary>
    Pump,

    /// <summary>TiDB: SQL server.</summary>
    TiDB,

    /// <summary>TiDB: binlog consumer.</summary>
    Drainer,
}
