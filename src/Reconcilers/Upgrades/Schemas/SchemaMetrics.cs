using System.Diagnostics.Metrics;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>Metrics about schemas.</summary>
internal static class SchemaMetrics
{
    private static readonly Meter Meter = new("Drydock.Schemas");

    public static readonly UpDownCounter<int> CrdSchemaOutdated = Meter.CreateUpDownCounter<int>(
        "drydock_crd_schema_outdated",
        description: "1 while the CRDs in the cluster are older than this operator needs.");

    public static readonly UpDownCounter<int> NewerObjects = Meter.CreateUpDownCounter<int>(
        "drydock_objects_of_newer_schema",
        description: "Objects that this operator leaves alone because a newer operator wrote their status, by "
            + "resource.");
}
