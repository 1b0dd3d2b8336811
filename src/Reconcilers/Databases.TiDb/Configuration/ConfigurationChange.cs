namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>A value that the migration sets.</summary>
/// <param name="Path">Its keys, joined with dots.</param>
/// <param name="Before">The former value; null if there was none.</param>
/// <param name="After">The new value.</param>
/// <param name="Why">Why.</param>
internal sealed record ConfigurationChange(string Path, string? Before, string After, string Why)
{
    public override string ToString() => $"{Path}: {Before ?? "(not set)"} → {After} ({Why})";
}
