namespace Drydock.Reconcilers.Upgrades;

/// <summary>What messages and commands call a kind.</summary>
/// <param name="Resource">The name that kubectl takes.</param>
/// <param name="Examines">The subject of preflight, after "Checking ": <c>hosts and processes</c>.</param>
/// <param name="PastUndo">The event that ends the undo: <c>processes were stopped</c>.</param>
/// <param name="BeforeUndoEnds">The same event while it has not happened, after "before": <c>a process was
/// stopped</c>.</param>
internal sealed record RunNames(
    string Kind, string Resource, string Examines, string PastUndo, string BeforeUndoEnds)
{
    public static RunNames Of<TEntity>(string kind, string examines, string pastUndo, string beforeUndoEnds) => new(
        kind,
        typeof(TEntity).GetCustomAttribute<KubernetesEntityShortNamesAttribute>()?.ShortNames[0]
            ?? kind.ToLowerInvariant(),
        examines,
        pastUndo,
        beforeUndoEnds);
}
