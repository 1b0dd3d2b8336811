using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>
/// What the operator changes in the configuration files from 2.1 to 3.0. It adds settings and removes none that it does
/// not know.
/// </summary>
public sealed record TiDbConfigurationSpec
{
    /// <summary>False leaves every file as it is.</summary>
    // Not init: source-generated JSON would lose the default where the field is absent.
    public bool Migrate { get; set; } = true;

    /// <summary>
    /// storage.block-cache.capacity of every TiKV, as TiKV writes sizes (8GB). Without it half of the host's memory
    /// divided by its TiKVs.
    /// </summary>
    [Length(SchemaLimits.ShortName, Minimum = 2)]
    [Pattern(Patterns.TikvSize)]
    public string? BlockCacheCapacity { get; init; }

    /// <summary>raftstore.hibernate-regions. Experimental in 3.0; better switched on after the upgrade.</summary>
    public bool HibernateRegions { get; init; }
}
