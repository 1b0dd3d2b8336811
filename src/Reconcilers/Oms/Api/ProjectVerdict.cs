using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Whether the projects are as before, as a step found it: kept in the step's receipt, read for conditions and action
/// lists.
/// </summary>
/// <param name="Verified">True, False or Unknown, as a condition has it.</param>
/// <param name="Reason">Stable word.</param>
/// <param name="Message">A sentence; empty for none.</param>
/// <param name="Actions">What an administrator has to do about projects.</param>
/// <param name="Watched">Whether the links of projects that were running before were watched; their state is then in
/// the actions.</param>
internal sealed record ProjectVerdict(
    string Verified, string Reason, string Message, IReadOnlyList<ActionItem> Actions, bool Watched = false)
{
    /// <summary>Key of the fact with the actions; also that of steps that give no verdict.</summary>
    public const string ActionsFact = "actions";

    private const string VerifiedFact = "projectsVerified";
    private const string ReasonFact = "reason";
    private const string MessageFact = "message";
    private const string WatchedFact = "watched";

    /// <summary>Nothing to find.</summary>
    public static ProjectVerdict AsBefore(string message, bool watched = false) =>
        new("True", Reasons.Done, message, [], watched);

    /// <summary>It could not be found out.</summary>
    public static ProjectVerdict Unknown(string message, IReadOnlyList<ActionItem>? actions = null) =>
        new("Unknown", Reasons.Unverifiable, message, actions ?? []);

    /// <summary>The facts of a step.</summary>
    public IReadOnlyDictionary<string, string> ToFacts() => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [VerifiedFact] = Verified,
        [ReasonFact] = Reason,
        [MessageFact] = SchemaLimits.Clip(Message),
        [ActionsFact] = ActionFacts.Write(Actions),
        [WatchedFact] = Watched ? "true" : "false",
    };

    /// <summary>The last verdict of a plan; null while there is none.</summary>
    public static ProjectVerdict? Last(Plan plan)
    {
        return plan.Steps.LastOrDefault(
            s => s.State == StepState.Succeeded && s.Facts?.ContainsKey(VerifiedFact) == true)?.Facts is { } facts
            ? new ProjectVerdict(
                facts[VerifiedFact],
                facts.GetValueOrDefault(ReasonFact) ?? Reasons.Unverifiable,
                facts.GetValueOrDefault(MessageFact) ?? "",
                ActionFacts.Read(facts.GetValueOrDefault(ActionsFact)),
                facts.GetValueOrDefault(WatchedFact) == "true")
            : null;
    }
}
