namespace Drydock.Reconcilers.Oms;

/// <summary>Whether the projects are as before, as a step found it: kept in the facts of the step, read for conditions
/// and action lists.</summary>
/// <param name="Verified">True, False or Unknown, as a condition has it.</param>
/// <param name="Message">Whole sentences; empty for none.</param>
/// <param name="Watched">Whether the links of projects that were running before were watched; their state is then in
/// the actions.</param>
/// <param name="Actions">The fact that names the list of what an administrator has to do about projects; empty for
/// nothing (<see cref="ActionLists"/>).</param>
internal sealed record ProjectVerdict(
    string Verified, string Reason, string Message, bool Watched = false, string Actions = "")
{
    private const string ActionsFact = "actions";
    private const string VerifiedFact = "projectsVerified";
    private const string ReasonFact = "reason";
    private const string MessageFact = "message";
    private const string WatchedFact = "watched";

    public static ProjectVerdict AsBefore(string message, bool watched = false) =>
        new("True", Reasons.Done, message, watched);

    public static ProjectVerdict Differs(string message, bool watched = false) =>
        new("False", Reasons.ProjectsDiffer, message, watched);

    public static ProjectVerdict Unknown(string message, bool watched = false) =>
        new("Unknown", Reasons.Unverifiable, message, watched);

    public IReadOnlyDictionary<string, string> ToFacts() => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [VerifiedFact] = Verified,
        [ReasonFact] = Reason,
        [MessageFact] = SchemaLimits.Clip(Message),
        [ActionsFact] = Actions,
        [WatchedFact] = Watched ? "true" : "false",
    };

    public static ProjectVerdict? Last(PlanProgress plan) =>
        plan.Steps.LastOrDefault(
            s => s.State == StepState.Succeeded && s.Facts?.ContainsKey(VerifiedFact) == true)?.Facts is { } facts
            ? new ProjectVerdict(
                facts[VerifiedFact],
                facts.GetValueOrDefault(ReasonFact) ?? Reasons.Unverifiable,
                facts.GetValueOrDefault(MessageFact) ?? "",
                facts.GetValueOrDefault(WatchedFact) == "true",
                facts.GetValueOrDefault(ActionsFact) ?? "")
            : null;
}
