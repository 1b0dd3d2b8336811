using Drydock.Reconcilers.Databases.TiDb;
using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Operator.Composition;

/// <summary>The database engines of this operator. A new engine is added here.</summary>
internal static class SupportedEngines
{
    internal static DatabaseEngineSet All { get; } = new(new TiDbEngine(), new YugabyteEngine());
}
