namespace Drydock.Reconcilers.Upgrades;

/// <summary>Texts about failures that can be accepted, or were.</summary>
internal static class AcceptanceTexts
{
    private const int Named = 10;

    public static string Source(AcceptedBy by) => by switch
    {
        AcceptedBy.Annotation => $"the annotation {Annotations.Accept} accepts it",
        AcceptedBy.Spec => "spec.accept accepts it",
        _ => "the plan only lists a failure of this step",
    };

    public static string? HowTo(RunKind kind, RunObject entity, RunStatus status, Plan plan) =>
        Acceptances.Next(entity, status, plan) is { } tokens
            ? "If you have checked that the result is right nevertheless, accept it: "
                + $"{new KubectlCommands(kind.Resource, entity.Metadata).Annotate(Annotations.Accept, tokens)}."
            : null;

    /// <summary>Which of these steps were accepted, for the message of a milestone; empty for none.</summary>
    public static string Overruled(IEnumerable<PlanStep> steps)
    {
        var ids = steps.Where(s => s.Accepted is not null).Select(s => s.Id).ToList();
        return ids.Count == 0 ? "" : $"Accepted although they had failed: {Sentences.List(ids, Named)}.";
    }
}
