namespace Drydock.Crds.OmsUpgrades;

/// <summary>How the high availability of OMS is switched off before the upgrade and on after it.</summary>
public sealed record HighAvailabilitySpec
{
    /// <summary>Who changes ha.config. Sql: the operator, in the metadata database, and restarts oms_console; the
    /// vendor does not document this. Manual: you, in the console; the run waits. Default: Sql if ha.config is as
    /// expected for fromVersion; otherwise preflight asks.</summary>
    public HighAvailabilityMethod? Method { get; init; }

    /// <summary>State after the upgrade. Enable: on. AsBefore: if that is off, links that ran stay abnormal and
    /// status.actionRequired lists them.</summary>
    public HighAvailabilityAfterUpgrade AfterUpgrade { get; init; }

    /// <summary>State after a rollback that has stopped the old containers. AsBefore: if that is off, Stores and
    /// writers of running projects stay abnormal until you start them. Enable: on.</summary>
    [FieldClass(FieldClass.Control)]
    public HighAvailabilityAfterRollback AfterRollback { get; init; }

    /// <summary>True: new Stores start from the earliest downstream checkpoint, whatever the downtime. False:
    /// refetchStoreIntervalMin becomes the downtime plus refetchMargin, rounded up to minutes, never less than
    /// before.</summary>
    // Not init: source-generated JSON would lose the default where the field is absent.
    public bool PerceiveStoreClientCheckpoint { get; set; } = true;

    /// <summary>Added to the downtime for refetchStoreIntervalMin if perceiveStoreClientCheckpoint is false.</summary>
    [Duration]
    public string RefetchMargin { get; init => field = value ?? "30m"; } = "30m";
}

/// <summary>Who changes ha.config.</summary>
public enum HighAvailabilityMethod
{
    /// <summary>The operator, by SQL. The vendor does not document this; the plan notes it.</summary>
    Sql,

    /// <summary>An administrator, in the console. The run waits.</summary>
    Manual,
}

/// <summary>State of high availability after the upgrade.</summary>
public enum HighAvailabilityAfterUpgrade
{
    /// <summary>Switched on.</summary>
    Enable,

    /// <summary>As it was before the upgrade.</summary>
    AsBefore,
}

/// <summary>State of high availability after a rollback.</summary>
public enum HighAvailabilityAfterRollback
{
    /// <summary>As it was before the upgrade.</summary>
    AsBefore,

    /// <summary>Switched on.</summary>
    Enable,
}
