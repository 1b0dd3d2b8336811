namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Migrates an instance's configuration file to the new version. Only TiKV's has to be changed from 2.1 to 3.0
/// (docs/research/tidb.md#configuration); PD's and TiDB's are unchanged and are checked by the new program.
/// Pure.</summary>
internal static class ConfigurationMigration
{
    /// <summary>Components whose programs can check a file (docs/research/tidb.md#tikv).</summary>
    public static IReadOnlyList<DatabaseComponent> Checked { get; } =
    [
        DatabaseComponent.PD, DatabaseComponent.TiKV, DatabaseComponent.TiDB,
    ];

    /// <summary>Migrates a file.</summary>
    /// <param name="settings">For TiKV; null leaves the file unchanged.</param>
    /// <exception cref="FormatException">The text is not TOML, or a value in it cannot be set.</exception>
    public static MigratedConfiguration Migrate(DatabaseComponent component, string text, TikvSettings? settings)
    {
        if (component == DatabaseComponent.TiKV && settings is not null)
        {
            return TikvMigration.Migrate(text, settings);
        }

        return new MigratedConfiguration(TomlText.Parse(text).Text, [], []);
    }

    /// <summary>Arguments by which a new program checks a file (PD's address is needed by TiKV's check only in
    /// form).</summary>
    public static IReadOnlyList<string> CheckArguments(DatabaseComponent component, string file, string pd) =>
        component switch
        {
            DatabaseComponent.TiKV => ["--pd-endpoints", pd, "--config", file, "--config-check"],
            _ => ["-config", file, "-config-check"],
        };
}
