namespace Drydock.Reconcilers.Databases;

/// <summary>The engines that this operator has. An engine that is not among them is refused and never runs as another
/// one.</summary>
internal sealed class DatabaseEngineSet(params IReadOnlyList<IDatabaseEngine> engines)
{
    private readonly Dictionary<DatabaseEngine, IDatabaseEngine> _engines = engines.ToDictionary(static e => e.Name);

    public IReadOnlyList<IDatabaseEngine> All { get; } = engines;

    public IDatabaseEngine Of(DatabaseRollingUpgradeSpec spec) => _engines.TryGetValue(spec.Engine, out var engine)
        ? engine
        : throw new NotSupportedException(spec.Engine.Refusal(_engines.Keys));
}
