namespace Drydock.Reconcilers.Oms;

/// <content>Projects through the API of the new version, where there is one and credentials are given.</content>
internal sealed partial class OmsUpgradePlanner
{
    // With HTTPS the new console serves nothing else.
    private Uri Console => ConsoleAddress.Of(Nodes[0].HostIP, Nodes[0].ConsolePort, Nodes[0].Https);

    private CompareProjects CompareArgs => new(
        Console, discovery.Path.Target.ProjectApi, discovery.Path.ProjectTablesStay ? RmDatabase : null);

    private void WatchLinks(List<string> after)
    {
        if (spec.Preflight.ApiCredentialsSecretRef is not null && discovery.Path.Target.ProjectApi)
        {
            Add(
                StepIds.Components,
                null,
                "Wait until stores and writers have recovered",
                new AwaitComponents(Console),
                after,
                attempts: 1);
        }
    }
}
