using Drydock.Crds.Common;

namespace Drydock.Reconcilers.DatabaseRollingUpgrades.Access;

/// <summary>The Secrets an upgrade refers to, as read at one moment.</summary>
public sealed record DatabaseSecrets
{
    /// <summary>Login of the SQL port; null if the spec names none or it is unusable.</summary>
    public SqlLogin? Sql { get; init; }

    /// <summary>What is missing, field named.</summary>
    public IReadOnlyList<Finding> Problems { get; init; } = [];
}
