namespace Drydock.Reconcilers.Upgrades;

/// <summary>What one advance of a run came to.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <param name="Entity">The object as written.</param>
/// <param name="End">Whether it came to an end.</param>
/// <param name="After">When to look again without an event; null leaves it to events.</param>
internal sealed record RunStep<TEntity>(TEntity Entity, RunEnd End, TimeSpan? After);
