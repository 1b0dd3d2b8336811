namespace Drydock.Reconcilers.Oms;

/// <summary>The last step of an upgrade and of a rollback: compiles what the administrator has to do from what was
/// recorded, one item for each kind of work, and stores the list of those that concern many projects. When it succeeds,
/// status.actionRequired is taken from its facts.</summary>
/// <param name="Links">What is known of the links of the new version; null in a rollback.</param>
/// <param name="HaConfig">Whether the version that runs now has ha.config.</param>
/// <param name="Advice">What the version data tells the administrator after this upgrade.</param>
internal sealed record ListActions(
    LinkFacts? Links = null,
    bool HaConfig = true,
    List<VersionAdvice>? Advice = null) : OmsStep, IWaitsOnly
{
    private const string ListName = "actions";

    internal override string Verb => "actions";
    internal override string Title(string? node) => "List the actions for the administrator";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var (projects, missing) = await ProjectsAsync(cancellationToken);
        var upgrade = Targets.Upgrade;
        var entries = context.Step.Phase == OmsUpgradePhases.Report
            ? RollbackActionList.Compile(upgrade, context.Plan, projects)
            : OmsActionList.Compile(upgrade, context.Plan, projects, await new ActionLists(Targets).ReadAsync(
                ProjectVerdict.Last(context.Plan)?.Actions, cancellationToken));
        var groups = ActionGroup.Of([.. missing, .. entries]);
        var items = await StoredItems.StoreAsync(Targets, ListName, groups, cancellationToken);
        return new Done("status.actionRequired lists the actions for the administrator.", StoredItems.ToFacts(items));
    }

    private async Task<(ProjectRecord Projects, IReadOnlyList<ActionEntry> Missing)> ProjectsAsync(
        CancellationToken cancellationToken)
    {
        try
        {
            return (await Targets.ProjectsBeforeAsync(cancellationToken) ?? ProjectRecord.Empty, []);
        }
        catch (ListUnavailableException exception)
        {
            return (ProjectRecord.Empty, [OmsActionList.RecordMissing(exception.Message)]);
        }
    }
}
