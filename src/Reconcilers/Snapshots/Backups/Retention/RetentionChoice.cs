namespace Drydock.Reconcilers.Snapshots;

/// <summary>What retention decided about a series.</summary>
/// <param name="Remove">Names of the objects whose snapshots go, the oldest first, each with why.</param>
/// <param name="Kept">Names of those that would go and are kept, each with why.</param>
internal sealed record RetentionChoice(
    IReadOnlyList<KeyValuePair<string, string>> Remove, IReadOnlyList<KeyValuePair<string, string>> Kept);
