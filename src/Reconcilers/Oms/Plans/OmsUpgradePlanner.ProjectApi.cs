
namespace Drydock.Reconcilers.Oms;

/// <content>Projects through the API of the new version, where there is one and credentials are given.</content>
internal sealed partial class OmsUpgradePlanner
{
    private bool UsesProjectApi =>
        spec.Preflight.ApiCredentialsSecretRef is not null && discovery.Path.TargetHasProjectApi;

    private SortedDictionary<string, string> CompareParameters()
    {
        var parameters = ProjectParameters();
        parameters[CompareProjects.ApiParameter] = Flag(UsesProjectApi);
        if (discovery.Path.ProjectTablesStay)
        {
            parameters[CompareProjects.TablesParameter] = discovery.Metadata.RmDatabase;
        }

        return parameters;
    }

    // After everything runs: what ran before is resumed, then its links are watched.
    private void ResumeAndWatch(List<string> after)
    {
        if (!UsesProjectApi)
        {
            return;
        }

        _plan.Add(Step(StepIds.Resume, OmsActions.ResumeProjects, null, "resume projects that ran before and are stopped now", after, attempts: 3, ProjectParameters()));
        _plan.Add(Step(StepIds.Components, OmsActions.AwaitComponents, null, "stores and writers recover", [StepIds.Resume], attempts: 1, ProjectParameters()));
    }

    // With HTTPS the new console serves nothing else.
    private SortedDictionary<string, string> ProjectParameters() => new(StringComparer.Ordinal)
    {
        [OmsProjectStep.AddressParameter] = ConsoleAddress.Of(Nodes[0].HostIP, Nodes[0].ConsolePort, Nodes[0].Https).AbsoluteUri,
    };
}
