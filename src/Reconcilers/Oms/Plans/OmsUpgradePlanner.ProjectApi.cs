namespace Drydock.Reconcilers.Oms;

/// <content>Projects through the API of the new version, where there is one and credentials are given.</content>
internal sealed partial class OmsUpgradePlanner
{
    private bool UsesProjectApi =>
        spec.Preflight.ApiCredentialsSecretRef is not null && discovery.Path.TargetHasProjectApi;

    // With HTTPS the new console serves nothing else.
    private Uri Console => ConsoleAddress.Of(Nodes[0].HostIP, Nodes[0].ConsolePort, Nodes[0].Https);

    private CompareProjects.Args CompareArgs => new(
        Console,
        UsesProjectApi,
        discovery.Path.ProjectTablesStay ? RmDatabase : null,
        discovery.Path.Target.Api);

    // After everything runs: projects that ran before are resumed, then their links are watched.
    private void ResumeAndWatch(List<string> after)
    {
        if (!UsesProjectApi)
        {
            return;
        }

        Add(
            StepIds.Resume,
            null,
            "Resume projects that ran before and are stopped now",
            new ResumeProjects.Args(Console),
            after,
            attempts: 3);
        Add(
            StepIds.Components,
            null,
            "Wait until stores and writers have recovered",
            new AwaitComponents.Args(Console),
            [StepIds.Resume],
            attempts: 1);
    }
}
