namespace Drydock.Reconcilers.Upgrades;

/// <summary>Whether a plan fits into its object to the end: with its record, with the rollback and the record of that,
/// and with all texts. Measured when it is compiled.</summary>
internal static class PlanBudget
{
    // A record and a rollback are each about as large as the plan (StatusSizeTests has the largest).
    private const int Bytes = StatusBudget.Bytes / 4;

    public static Finding? Problem(Plan plan)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(
            PlanProgress.Of(plan), CrdsJsonContext.Default.PlanProgress).Length;
        return plan.Steps.Count <= SchemaLimits.Steps && bytes <= Bytes ? null : new Finding
        {
            Reason = Reasons.PlanTooLarge,
            Message = $"The plan has {plan.Steps.Count} steps in {bytes / 1024} KiB. One object holds a plan of at "
                + $"most {SchemaLimits.Steps} steps and {Bytes / 1024} KiB, so that its record and its rollback fit "
                + "too. Divide the upgrade among several objects.",
        };
    }
}
