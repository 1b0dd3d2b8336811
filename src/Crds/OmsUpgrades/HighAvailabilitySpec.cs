using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>What is done with OMS's high availability around the upgrade.</summary>
public sealed record HighAvailabilitySpec
{
    /// <summary>
    /// Sql: the operator writes ha.config in the metadata database and restarts oms_console, which the vendor does not
    /// document. Manual: the run stops with instructions and watches the row until a person has changed it in the
    /// console.
    /// </summary>
    [Required]
    public HighAvailabilityMethod Method { get; init; }

    /// <summary>
    /// Enable: on after the upgrade, whatever it was before; without it links that ran stay abnormal. AsBefore: as it
    /// was; what will stay abnormal is listed.
    /// </summary>
    public HighAvailabilityAfterUpgrade AfterUpgrade { get; init; }

    /// <summary>
    /// True: new Stores start from the earliest downstream checkpoint, so the downtime does not matter. False:
    /// refetchStoreIntervalMin is set to the downtime and refetchMargin, rounded up to minutes, and never below its
    /// former value.
    /// </summary>
    // Not init: source-generated JSON would lose the default where the field is absent.
    public bool PerceiveStoreClientCheckpoint { get; set; } = true;

    /// <summary>
    /// Added to the downtime for refetchStoreIntervalMin when perceiveStoreClientCheckpoint is false. A duration, for
    /// instance 30m.
    /// </summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.Duration)]
    public string RefetchMargin { get; init => field = value ?? "30m"; } = "30m";
}

/// <summary>Who changes ha.config.</summary>
public enum HighAvailabilityMethod
{
    /// <summary>The operator, by SQL. Not documented by the vendor; the plan says so.</summary>
    Sql,

    /// <summary>A person, in the console; the run waits.</summary>
    Manual,
}

/// <summary>What high availability is after the upgrade.</summary>
public enum HighAvailabilityAfterUpgrade
{
    /// <summary>On.</summary>
    Enable,

    /// <summary>As it was before.</summary>
    AsBefore,
}
