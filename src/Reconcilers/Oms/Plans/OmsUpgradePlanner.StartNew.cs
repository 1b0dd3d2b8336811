namespace Drydock.Reconcilers.Oms;

/// <content>The new containers start.</content>
internal sealed partial class OmsUpgradePlanner
{
    private List<string> StartNew()
    {
        foreach (var node in Nodes)
        {
            Add(
                StepIds.StartNew(node.Name),
                node.Name,
                $"Start {node.NewContainer} on {node.Name}",
                new StartContainer(node.NewContainer),
                _barrier,
                attempts: 3);
            Add(
                StepIds.Supervisor(node.Name),
                node.Name,
                $"Wait for supervisord on {node.Name}",
                new AwaitSupervisor(node.NewContainer),
                [StepIds.StartNew(node.Name)],
                attempts: 1);
        }

        return [.. Nodes.Select(n => StepIds.Supervisor(n.Name))];
    }
}
