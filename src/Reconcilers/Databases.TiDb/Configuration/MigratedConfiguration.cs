namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>A configuration file carried to the new version.</summary>
/// <param name="Text">The whole file.</param>
/// <param name="Changes">What was set in it; empty if it is as it was.</param>
/// <param name="Remarks">What was kept and will have another meaning, for the reader of the plan.</param>
internal sealed record MigratedConfiguration(
    string Text, IReadOnlyList<ConfigurationChange> Changes, IReadOnlyList<string> Remarks);
