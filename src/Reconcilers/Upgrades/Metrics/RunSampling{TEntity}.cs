namespace Drydock.Reconcilers.Upgrades;

/// <summary>How metrics and traces read objects of one kind.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <param name="Kind">The kind as written in manifests.</param>
/// <param name="Results">How objects of the kind may end.</param>
/// <param name="Read">Reads one object.</param>
internal sealed record RunSampling<TEntity>(
    string Kind, IReadOnlyList<string> Results, Func<TEntity, RunSample> Read);
