namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>A value that the migration sets.</summary>
/// <param name="Path">Its keys, joined with dots.</param>
/// <param name="Before">What was written there; null if nothing was.</param>
/// <param name="After">What is written there now.</param>
/// <param name="Why">Why.</param>
internal sealed record ConfigurationChange(string Path, string? Before, string After, string Why)
{
    /// <inheritdoc />
    public override string ToString() => $"{Path}: {Before ?? "(not set)"} → {After} ({Why})";
}
