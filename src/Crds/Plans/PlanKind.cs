namespace Drydock.Crds.Plans;

/// <summary>What a plan is for.</summary>
public enum PlanKind
{
    /// <summary>From the old version to the new one.</summary>
    Upgrade,

    /// <summary>The upgrade once more on restored data, with the records of what is not repeated.</summary>
    Redo,

    /// <summary>Back to the old version.</summary>
    Rollback,

    /// <summary>The removal, after success, of what the rollback would need.</summary>
    Cleanup,
}
