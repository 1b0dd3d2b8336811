namespace Drydock.Crds.OmsUpgrades;

/// <summary>How the high availability of OMS is switched off before the upgrade and on after it.</summary>
public sealed record HighAvailabilitySpec
{
    /// <summary>Who changes ha.config. Sql: the operator writes it in the metadata database and restarts oms_console;
    /// the vendor does not document this. Manual: the run waits with instructions until you have changed it in the
    /// console. Default: Sql if ha.config is found as expected for fromVersion; otherwise preflight asks for
    /// it.</summary>
    public HighAvailabilityMethod? Method { get; init; }

    /// <summary>State after the upgrade. Enable: on, whatever it was before. AsBefore: as it was; if that is off, links
    /// that ran stay abnormal and status.actionRequired lists them.</summary>
    public HighAvailabilityAfterUpgrade AfterUpgrade { get; init; }

    /// <summary>State after a rollback that has stopped the old containers. AsBefore: as it was before the upgrade; if
    /// that is off, Stores and writers of running projects stay abnormal until you start them. Enable: on, whatever it
    /// was.</summary>
    [FieldClass(FieldClass.Control)]
    public HighAvailabilityAfterRollback AfterRollback { get; init; }

    /// <summary>True: new Stores start from the earliest downstream checkpoint, so the length of the downtime does not
    /// matter. False: refetchStoreIntervalMin is set to the downtime plus refetchMargin, rounded up to minutes, but
    /// never below its previous value.</summary>
    // Not init: source-generated JSON would lose the default where the field is absent.
    public bool PerceiveStoreClientCheckpoint { get; set; } = true;

    /// <summary>Added to the downtime for refetchStoreIntervalMin if perceiveStoreClientCheckpoint is false. A
    /// duration, for instance 30m.</summary>
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
