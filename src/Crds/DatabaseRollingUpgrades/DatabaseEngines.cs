namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>
/// The one place that decides by the engine: what is not listed here is refused and never runs as another engine.
/// </summary>
public static class DatabaseEngines
{
    /// <summary>What the engine's own code gives.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="tidb">Asked for TiDB.</param>
    /// <param name="yugabyte">Asked for YugabyteDB and BMDB.</param>
    /// <exception cref="NotSupportedException">The engine has no code.</exception>
    public static T Choose<T>(this DatabaseEngine engine, Func<T> tidb, Func<T> yugabyte)
    {
        ArgumentNullException.ThrowIfNull(tidb);
        ArgumentNullException.ThrowIfNull(yugabyte);
        return engine switch
        {
            DatabaseEngine.TiDB => tidb(),
            DatabaseEngine.YugabyteDB => yugabyte(),
            _ => throw new NotSupportedException(Unknown(engine)),
        };
    }

    /// <summary>Why the engine is refused; null if it has code here.</summary>
    public static string? Refusal(this DatabaseEngine engine) =>
        engine is DatabaseEngine.TiDB or DatabaseEngine.YugabyteDB ? null : Unknown(engine);

    /// <summary>Whether a process of this component belongs to the engine.</summary>
    /// <exception cref="NotSupportedException">The engine has no code.</exception>
    public static bool Has(this DatabaseEngine engine, DatabaseComponent component)
    {
        var ofYugabyte = component is DatabaseComponent.Master or DatabaseComponent.Tserver;
        return engine.Choose(() => !ofYugabyte, () => ofYugabyte);
    }

    private static string Unknown(DatabaseEngine engine) =>
        $"spec.engine is {engine}, and this operator has no code for it. Set it to {nameof(DatabaseEngine.YugabyteDB)} "
        + $"or {nameof(DatabaseEngine.TiDB)}, or install an operator that supports it.";
}
