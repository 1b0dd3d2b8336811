using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>What a kind reports beside what every run does. Pure: the same plans give the same status.</summary>
/// <typeparam name="TSpec">What its users write.</typeparam>
/// <typeparam name="TStatus">What it reports.</typeparam>
internal interface IRunReport<in TSpec, TStatus>
    where TSpec : RunSpec
    where TStatus : RunStatus
{
    /// <summary>
    /// The status with what the receipts of its plans say: moments, references, versions, what a person has to do.
    /// </summary>
    /// <param name="spec">The spec.</param>
    /// <param name="status">The status with the plans as they are about to be stored.</param>
    /// <param name="slot">The plan that runs.</param>
    /// <param name="isDone">Whether that plan has come to its end.</param>
    TStatus Summarize(TSpec spec, TStatus status, PlanSlot slot, bool isDone);

    /// <summary>
    /// The status of an object that begins again from preflight, without what its former plans reported. The frame
    /// forgets what is its own.
    /// </summary>
    TStatus Forget(TStatus status);

    /// <summary>The milestones.</summary>
    RunMilestones Milestones(TSpec spec);

    /// <summary>
    /// Sets conditions that are no milestones. Asked behind the milestones of the way there, once a plan is stored.
    /// </summary>
    void AddConditions(ConditionSet conditions, TSpec spec, TStatus status);

    /// <summary>
    /// What the message of a success tells beside the number of steps: empty, or beginning with <c>, </c> or <c>; </c>.
    /// </summary>
    string Success(TStatus status);

    /// <summary>
    /// What an object that is let go in the middle leaves behind, and how a person goes on: whole sentences without the
    /// last full stop.
    /// </summary>
    string LeftBehind(TSpec spec, TStatus status);
}
