namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>A configuration file carried to the new version.</summary>
/// <param name="Text">The whole file.</param>
/// <param name="Changes">The values that were set; empty if the file is unchanged.</param>
/// <param name="Remarks">Kept values with a new meaning, for the reader of the plan.</param>
internal sealed record MigratedConfiguration(
    string Text, IReadOnlyList<ConfigurationChange> Changes, IReadOnlyList<string> Remarks);
